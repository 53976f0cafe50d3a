import type { Endpoint } from './endpoint.ts';
import type { Node } from './node.ts';
import type { ObjectRef } from './object-ref.ts';
import type { Protocol } from './protocol.ts';
import type { Visibility } from './visibility.ts';

/** How a proxy finds the addresses behind a host (pilot/pkg/model/service.go, Resolution). */
export type Resolution = 'client-side-lb' | 'passthrough' | 'dns-lb' | 'dns-round-robin-lb' | 'dynamic-dns' | 'alias';

export interface ServicePort {
  /** May be empty when a service has one port only. */
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
  /** Virtual addresses (a ServiceEntry's may be CIDR blocks); empty when there is none. */
  readonly addresses: readonly string[];
  /** An IPv4 and an IPv6 address made up for a host that has none; see `addressesFor`. */
  readonly autoAddresses: readonly string[];
  readonly resolution: Resolution;
  readonly meshExternal: boolean;
  readonly headless: boolean;
  /** Pods that are not ready have names and addresses in DNS all the same (Service.spec.publishNotReadyAddresses). */
  readonly publishNotReady: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** The labels of the workloads that a ServiceEntry selects; empty when it selects none. */
  readonly workloadSelector: Readonly<Record<string, string>>;
  readonly exportTo: Visibility;
  readonly subjectAltNames: readonly string[];
  /** The host an ExternalName service stands for, when its resolution is `alias`. */
  readonly externalName: string | undefined;
  /** Hosts of ExternalName services that stand for this one. */
  readonly aliases: readonly string[];
  readonly origin: ObjectRef;
  /** Stands for everything but `endpoints` and `aliases`: the same object as long as none of it changed. */
  readonly definition: object;
  /** Every instance, of every port, in a stable order. The array is the same object as long as nothing in it changed. */
  readonly endpoints: readonly Endpoint[];
}

/**
 * The virtual addresses by which a proxy's clients reach a service. Made-up ones count for proxies whose clients can learn them, which is those
 * that answer DNS (`DNS_CAPTURE`), and of the family the proxy has (pilot/pkg/model/service.go, getAllAddressesForProxy).
 */
export function addressesFor(service: Service, node: Pick<Node, 'ip' | 'dnsCapture'>): readonly string[] {
  if (service.addresses.length > 0 || !node.dnsCapture) return service.addresses;
  const v6 = node.ip.includes(':');
  return service.autoAddresses.filter((address) => address.includes(':') === v6);
}
