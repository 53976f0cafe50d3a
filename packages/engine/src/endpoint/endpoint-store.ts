import { addressKey } from './address.ts';
import { Endpoint } from './endpoint.ts';
import type { EndpointSet, Locality } from './endpoint-set.ts';

export interface HostLocality {
  readonly locality: Locality;
  readonly weight: number | undefined;
  readonly priority: number;
  readonly endpoints: readonly Endpoint[];
}

/** A cluster's living endpoints as of one update. */
export interface HostSet {
  readonly endpoints: readonly Endpoint[];
  readonly localities: readonly HostLocality[];
  readonly overprovisioningFactor: number;
  readonly weightedPriorityHealth: boolean;
}

/** Keeps one `Endpoint` per address of a cluster, so that counters, health and age outlive a push. */
export class EndpointStore {
  #byKey: ReadonlyMap<string, Endpoint> = new Map();

  /**
   * Takes over `set` (of IP addresses: who resolves names does so before). An address that stands twice counts once, where it stands
   * first. `nowMs` is monotonic.
   */
  update(set: EndpointSet, nowMs: number): HostSet {
    const byKey = new Map<string, Endpoint>();
    const localities = set.localities.map((group): HostLocality => {
      const endpoints: Endpoint[] = [];
      for (const spec of group.endpoints) {
        const key = addressKey(spec.address);
        if (byKey.has(key)) continue;
        const endpoint = this.#byKey.get(key) ?? new Endpoint(key, spec, group.locality, group.priority, nowMs);
        endpoint.spec = spec;
        endpoint.locality = group.locality;
        endpoint.priority = group.priority;
        byKey.set(key, endpoint);
        endpoints.push(endpoint);
      }
      return { locality: group.locality, weight: group.weight, priority: group.priority, endpoints };
    });
    this.#byKey = byKey;
    return {
      endpoints: [...byKey.values()],
      localities,
      overprovisioningFactor: set.overprovisioningFactor,
      weightedPriorityHealth: set.weightedPriorityHealth,
    };
  }

  get(key: string): Endpoint | undefined {
    return this.#byKey.get(key);
  }
}
