import type { JsonObject } from '../../json.ts';
import type { EndpointPort, ObjectReference } from '../endpoints/type.ts';

/**
 * A part of the endpoints of a Service, which the label `kubernetes.io/service-name` names.
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
 */
export interface EndpointSliceSpec {
  readonly addressType?: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints?: readonly SliceEndpoint[];
  readonly ports?: readonly EndpointPort[];
}

export interface SliceEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: EndpointConditions;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly targetRef?: ObjectReference;
  readonly deprecatedTopology?: Readonly<Record<string, string>>;
  readonly hints?: { readonly forZones?: readonly ZoneHint[]; readonly forNodes?: readonly JsonObject[] };
}

/** Absent means: ready and serving true, terminating false. */
export interface EndpointConditions {
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

export interface ZoneHint {
  readonly name?: string;
}
