import type { LbConfig, LbPolicy } from '../cluster/lb-config.ts';
import type { EndpointSpec, LocalityEndpoints } from '../endpoint/endpoint-set.ts';
import { EndpointStore, type HostSet } from '../endpoint/endpoint-store.ts';

/** An endpoint at 127.0.0.1 for tests. */
export function spec(port: number, more: Partial<EndpointSpec> = {}): EndpointSpec {
  return {
    address: { kind: 'ip', host: '127.0.0.1', port },
    hostname: '',
    weight: 1,
    health: 'healthy',
    metadata: {},
    healthCheck: { port: undefined, hostname: '', disabled: false },
    ...more,
  };
}

export function locality(endpoints: readonly EndpointSpec[], more: Partial<LocalityEndpoints> = {}): LocalityEndpoints {
  return { locality: { region: '', zone: '', subZone: '' }, weight: undefined, priority: 0, endpoints, ...more };
}

export function hosts(
  localities: readonly LocalityEndpoints[],
  store: EndpointStore = new EndpointStore(),
  nowMs = 0,
): HostSet {
  return store.update(
    {
      clusterName: 'c',
      localities,
      overprovisioningFactor: 140,
      weightedPriorityHealth: false,
      drops: [],
      staleAfterMs: 0,
    },
    nowMs,
  );
}

export function lbConfig(policy: LbPolicy, more: Partial<LbConfig> = {}): LbConfig {
  return {
    policy,
    panicThreshold: 50,
    locality: 'none',
    zoneAware: { routingPercent: 100, minClusterSize: 6, failOnPanic: false },
    subsets: undefined,
    closeConnectionsOnHostSetChange: false,
    ...more,
  };
}
