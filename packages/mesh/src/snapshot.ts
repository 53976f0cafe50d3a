import type { Issue } from '@weft/base';
import type { Resource } from '@weft/config';
import type { ServiceInstance } from './proxy.ts';
import type { Service } from './service.ts';

export interface SnapshotOptions {
  /** The DNS suffix of Kubernetes services; `cluster.local` by default. */
  readonly domain?: string;
  /** The namespace whose policies count for the whole mesh; `istio-system` by default. */
  readonly rootNamespace?: string;
  /** The cluster the resources come from; `Kubernetes` by default. */
  readonly clusterId?: string;
  /**
   * The snapshot before this one. Values that come from the same resource objects are taken from it, so that `===` tells what
   * did not change. It never alters the outcome.
   */
  readonly previous?: Snapshot;
}

/** Everything the mesh knows at one moment, indexed. Immutable; build a new one for every change. */
export interface Snapshot {
  readonly domain: string;
  readonly rootNamespace: string;
  /** Oldest first (see byCreation), Kubernetes and ServiceEntry alike. */
  readonly services: readonly Service[];
  /** What could not be used, such as a reference to nothing. Never a reason to stop. */
  readonly issues: readonly Issue[];
  /** The services of a host name, in `services` order; one host may be declared in several namespaces. */
  servicesOf(hostname: string): readonly Service[];
  /** What the workload at an address serves. */
  instancesAt(address: string): readonly ServiceInstance[];
}

/** Resources → Snapshot. Pure: equal resources in any order give an equal snapshot. */
export declare function buildSnapshot(resources: readonly Resource[], options?: SnapshotOptions): Snapshot;
