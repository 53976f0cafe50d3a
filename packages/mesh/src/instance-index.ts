import type { ServiceInstance } from './proxy.ts';
import type { Service } from './service.ts';

/** An instance and where its service stands among all. */
interface Placed {
  readonly at: number;
  readonly instance: ServiceInstance;
}

/** With more services changed than this, a new index costs less than looking past the old one. */
const MOST_REPLACED = 256;

/**
 * What answers at an address. Most snapshots differ from the one before in a few services, so an index is that of an earlier snapshot with
 * those services looked up apart.
 */
export class InstanceIndex {
  readonly #base: ReadonlyMap<string, readonly Placed[]>;
  readonly #baseServices: readonly Service[];
  /** Places of services that are not those of the base. */
  readonly #replaced: ReadonlySet<number>;
  readonly #upper: ReadonlyMap<string, readonly Placed[]>;

  constructor(services: readonly Service[], previous: InstanceIndex | undefined) {
    const replaced = previous && replacedBy(services, previous.#baseServices);
    if (previous === undefined || replaced === undefined) {
      this.#base = indexOf(services, services.keys());
      this.#baseServices = services;
      this.#replaced = new Set();
      this.#upper = new Map();
      return;
    }
    this.#base = previous.#base;
    this.#baseServices = previous.#baseServices;
    this.#replaced = replaced;
    this.#upper = indexOf(services, replaced);
  }

  /** By service order. */
  at(address: string): readonly ServiceInstance[] {
    const below = this.#base.get(address)?.filter(({ at }) => !this.#replaced.has(at)) ?? [];
    const above = this.#upper.get(address);
    const all = above === undefined ? below : [...below, ...above].sort((a, b) => a.at - b.at);
    return all.map(({ instance }) => instance);
  }
}

/** Places at which the services differ; undefined when there are too many, or others came or went. */
function replacedBy(services: readonly Service[], base: readonly Service[]): ReadonlySet<number> | undefined {
  if (services.length !== base.length) return undefined;
  const replaced = new Set<number>();
  for (let at = 0; at < services.length; at++) {
    if (services[at] === base[at]) continue;
    replaced.add(at);
    if (replaced.size > MOST_REPLACED) return undefined;
  }
  return replaced;
}

function indexOf(services: readonly Service[], places: Iterable<number>): ReadonlyMap<string, readonly Placed[]> {
  const index = new Map<string, Placed[]>();
  for (const at of places) {
    const service = services[at];
    if (service === undefined) continue;
    for (const endpoint of service.endpoints) {
      const port = service.ports.find((each) => each.number === endpoint.servicePort);
      if (port === undefined) continue;
      const placed = { at, instance: { service, port, endpoint } };
      const list = index.get(endpoint.address);
      if (list === undefined) index.set(endpoint.address, [placed]);
      else list.push(placed);
    }
  }
  return index;
}
