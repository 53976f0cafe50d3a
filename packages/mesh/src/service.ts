import type { Endpoint } from './endpoint.ts';
import type { ObjectRef } from './object-ref.ts';
import type { Protocol } from './protocol.ts';

/** How a proxy finds the addresses behind a host (pilot/pkg/model/service.go, Resolution). */
export type Resolution = 'client-side-lb' | 'passthrough' | 'dns-lb' | 'dns-round-robin-lb' | 'dynamic-dns' | 'alias';

export interface ServicePort {
  readonly name: string;
  readonly number: number;
  readonly protocol: Protocol;
}

/** One host of the mesh, wherever it was declared. A ServiceEntry with three hosts is three services. */
export interface Service {
  readonly hostname: string;
  readonly namespace: string;
  /** The name of the Kubernetes Service or ServiceEntry. */
  readonly name: string;
  readonly registry: 'Kubernetes' | 'External';
  readonly ports: readonly ServicePort[];
  /** Virtual addresses; empty when there is none (headless, or a ServiceEntry without addresses). */
  readonly addresses: readonly string[];
  readonly resolution: Resolution;
  readonly meshExternal: boolean;
  readonly headless: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Namespaces that see it: `*` is everybody, empty is nobody. `.` is already replaced by its own namespace. */
  readonly exportTo: ReadonlySet<string>;
  readonly subjectAltNames: readonly string[];
  readonly origin: ObjectRef;
  /** Every instance, of every port, in a stable order. The array is the same object as long as nothing in it changed. */
  readonly endpoints: readonly Endpoint[];
}
