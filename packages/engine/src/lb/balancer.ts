import type { Random } from '@weft/base';
import type { LbConfig } from '../cluster/lb-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HostSet } from '../endpoint/endpoint-store.ts';
import type { SourceInput } from './host-source.ts';
import type { PickContext, Picker } from './picker.ts';
import { PriorityBalancer } from './priorities.ts';
import type { PriorityLoad } from './priority-load.ts';
import { SubsetBalancer } from './subsets.ts';

export interface BalancerInput {
  readonly lb: LbConfig;
  readonly hosts: HostSet;
  readonly random: Random;
  /** Monotonic milliseconds; slow start reads it. */
  readonly nowMs: () => number;
}

/** A cluster's choice of endpoints: subsets, priorities, localities, policy. Build it anew when the hosts or their health change. */
export interface Balancer extends Picker {
  /** Of all endpoints, whatever the subset. */
  readonly load: PriorityLoad;
}

export function createBalancer(input: BalancerInput): Balancer {
  const source: SourceInput = {
    lb: input.lb,
    overprovisioning: input.hosts.overprovisioningFactor,
    random: input.random,
    nowMs: input.nowMs,
  };
  const whole = new PriorityBalancer(input.hosts, source);
  const subsets = input.lb.subsets;
  if (subsets === undefined || subsets.selectors.length === 0) return whole;
  const picker = new SubsetBalancer(input.hosts, subsets, source);
  return { load: whole.load, pick: (context: PickContext): Endpoint | undefined => picker.pick(context) };
}

export interface EndpointVerdict {
  readonly endpoint: Endpoint;
  /** Whether a request could get it now. */
  readonly eligible: boolean;
  readonly why: string;
}

/** Which endpoints a request may get and why the others may not: for explanations, from the balancer's own load table. */
export function explainEndpoints(balancer: Balancer, hosts: HostSet): readonly EndpointVerdict[] {
  const { load } = balancer;
  return hosts.endpoints.map((endpoint) => {
    const p = endpoint.priority;
    if (load.panic[p] === true) {
      return {
        endpoint,
        eligible: true,
        why: `priority ${p} is in panic: health does not count, as too few endpoints are healthy`,
      };
    }
    if (endpoint.health === 'unhealthy') return { endpoint, eligible: false, why: unhealthyBecause(endpoint) };
    const percent = (endpoint.health === 'healthy' ? load.healthy[p] : load.degraded[p]) ?? 0;
    const why = `priority ${p} takes ${percent} % of requests to ${endpoint.health} endpoints`;
    return { endpoint, eligible: percent > 0, why };
  });
}

function unhealthyBecause(endpoint: Endpoint): string {
  if (endpoint.ejected) return 'ejected by outlier detection';
  if (endpoint.checked === 'unhealthy') return 'its active health check fails';
  return `the control plane says ${endpoint.spec.health}`;
}
