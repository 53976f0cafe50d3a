import type { Endpoint } from '../endpoint/endpoint.ts';

export interface WeightedEndpoint {
  readonly endpoint: Endpoint;
  readonly key: string;
  /** Share of all, adding up to 1. */
  readonly weight: number;
}

/** What an endpoint is hashed by: `envoy.lb` metadata `hash_key`, its hostname where configured, else its address. */
function hashKey(endpoint: Endpoint, byHostname: boolean): string {
  const own = endpoint.spec.metadata['envoy.lb']?.['hash_key'];
  if (typeof own === 'string' && own !== '') return own;
  return byHostname && endpoint.spec.hostname !== '' ? endpoint.spec.hostname : endpoint.key;
}

export function normalised(endpoints: readonly Endpoint[], byHostname: boolean): readonly WeightedEndpoint[] {
  let total = 0;
  for (const endpoint of endpoints) total += endpoint.weight;
  return endpoints.map((endpoint) => ({
    endpoint,
    key: hashKey(endpoint, byHostname),
    weight: endpoint.weight / total,
  }));
}
