import type { WorkloadEntrySpec } from '../../kinds/workload-entry/type.ts';
import type { WorkloadSelector } from '../../shared/selector/type.ts';

/**
 * A service that no other registry knows.
 *
 * https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export interface ServiceEntrySpec {
  readonly addresses?: readonly string[];
  readonly endpoints?: readonly WorkloadEntrySpec[];
  readonly exportTo?: readonly string[];
  readonly hosts?: readonly string[];
  readonly location?: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  readonly ports?: readonly ServiceEntryPort[];
  readonly resolution?: 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS';
  readonly subjectAltNames?: readonly string[];
  readonly workloadSelector?: WorkloadSelector;
}

/** A port of the service; `targetPort` is where endpoints listen. */
export interface ServiceEntryPort {
  readonly name?: string;
  readonly number?: number;
  readonly protocol?: string;
  readonly targetPort?: number;
}

/** Addresses that were allocated for hosts without one. */
export interface ServiceEntryStatus {
  readonly addresses?: readonly { readonly value?: string; readonly host?: string }[];
}
