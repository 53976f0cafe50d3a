import type { SubsetConfig, SubsetFallback, SubsetSelector } from '../cluster/lb-config.ts';
import { canonicalJson } from '../decode/scalars.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HostSet } from '../endpoint/endpoint-store.ts';
import type { MetadataMatch } from '../route/route.ts';
import type { SourceInput } from './host-source.ts';
import type { PickContext, Picker } from './picker.ts';
import { PriorityBalancer } from './priorities.ts';

/**
 * Subset selection (Cluster.LbSubsetConfig): endpoints are grouped by their `envoy.lb` metadata for each selector; a request's criteria
 * name a group if their keys are exactly a selector's, else the fallback applies.
 */
export class SubsetBalancer implements Picker {
  readonly #groups: readonly {
    readonly selector: SubsetSelector;
    readonly byValues: ReadonlyMap<string, PriorityBalancer>;
  }[];
  readonly #all: PriorityBalancer;
  readonly #default: PriorityBalancer;
  readonly #config: SubsetConfig;

  constructor(hosts: HostSet, config: SubsetConfig, input: SourceInput) {
    this.#config = config;
    this.#all = new PriorityBalancer(hosts, input);
    const matchesDefault = (endpoint: Endpoint): boolean =>
      config.defaultSubset.every(([key, value]) => values(endpoint, key, config.listAsAny).includes(value));
    this.#default = new PriorityBalancer(filtered(hosts, matchesDefault), input);
    this.#groups = config.selectors.map((selector) => ({ selector, byValues: group(hosts, selector, config, input) }));
  }

  pick(context: PickContext): Endpoint | undefined {
    const picked = this.#bySubset(context, context.metadataMatch);
    return picked ?? (this.#config.panicAny ? this.#all.pick(context) : undefined);
  }

  #bySubset(context: PickContext, criteria: MetadataMatch | undefined): Endpoint | undefined {
    if (criteria === undefined || criteria.length === 0) return this.#fallback(this.#config.fallback, context);
    const found = this.#groups.find(({ selector }) => sameKeys(selector.keys, criteria));
    if (found === undefined) return this.#fallback(this.#config.fallback, context);
    const balancer = found.byValues.get(valuesKey(criteria));
    if (balancer !== undefined) return balancer.pick(context);
    const { fallback, fallbackKeys } = found.selector;
    if (fallback !== 'keys') return this.#fallback(fallback ?? this.#config.fallback, context);
    const fewer = criteria.filter(([key]) => fallbackKeys.includes(key));
    // Fewer keys each time, so this ends.
    return fewer.length < criteria.length ? this.#bySubset(context, fewer) : undefined;
  }

  #fallback(kind: SubsetFallback, context: PickContext): Endpoint | undefined {
    switch (kind) {
      case 'none':
        return undefined;
      case 'any':
        return this.#all.pick(context);
      case 'default':
        return this.#default.pick(context);
    }
  }
}

function group(
  hosts: HostSet,
  selector: SubsetSelector,
  config: SubsetConfig,
  input: SourceInput,
): ReadonlyMap<string, PriorityBalancer> {
  const members = new Map<string, Set<Endpoint>>();
  for (const endpoint of hosts.endpoints) {
    let combinations: (readonly string[])[] = [[]];
    for (const key of selector.keys) {
      const options = values(endpoint, key, config.listAsAny);
      combinations = combinations.flatMap((before) => options.map((value) => [...before, value]));
    }
    for (const combination of combinations) {
      const key = combination.join('\0');
      const set = members.get(key) ?? new Set();
      if (!selector.singleHost || set.size === 0) set.add(endpoint);
      members.set(key, set);
    }
  }
  return new Map(
    [...members].map(([key, set]) => [
      key,
      new PriorityBalancer(
        filtered(hosts, (endpoint) => set.has(endpoint)),
        input,
      ),
    ]),
  );
}

function filtered(hosts: HostSet, keep: (endpoint: Endpoint) => boolean): HostSet {
  return {
    ...hosts,
    endpoints: hosts.endpoints.filter(keep),
    localities: hosts.localities.map((locality) => ({ ...locality, endpoints: locality.endpoints.filter(keep) })),
  };
}

/** The canonical texts that an endpoint offers for `key`: each item of a list, if lists stand for any of their items. */
function values(endpoint: Endpoint, key: string, listAsAny: boolean): readonly string[] {
  const value = endpoint.spec.metadata['envoy.lb']?.[key];
  if (value === undefined) return [];
  return listAsAny && Array.isArray(value) ? value.map(canonicalJson) : [canonicalJson(value)];
}

function sameKeys(keys: readonly string[], criteria: MetadataMatch): boolean {
  return keys.length === criteria.length && keys.every((key, i) => criteria[i]?.[0] === key);
}

function valuesKey(criteria: MetadataMatch): string {
  return criteria.map(([, value]) => value).join('\0');
}
