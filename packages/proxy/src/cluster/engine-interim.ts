import type { Random } from '@weft/base';
import {
  addressKey,
  Endpoint,
  type EndpointSet,
  type LbConfig,
  type PickContext,
  type Picker,
  type RetryPolicy,
} from '@weft/engine';
export type Balancer = Picker;
export class EndpointStore {
  readonly #m = new Map<string, Endpoint>();
  update(set: EndpointSet, nowMs: number): readonly Endpoint[] {
    const out: Endpoint[] = [];
    for (const l of set.localities)
      for (const e of l.endpoints) {
        const k = addressKey(e.address);
        const x = this.#m.get(k) ?? new Endpoint(k, e, l.locality, l.priority, nowMs);
        x.spec = e;
        this.#m.set(k, x);
        out.push(x);
      }
    return out;
  }
}
export function createBalancer(i: {
  lb: LbConfig;
  endpoints: readonly Endpoint[];
  set: EndpointSet;
  random: Random;
  nowMs: number;
}): Balancer {
  let n = 0;
  return { pick: (_: PickContext) => i.endpoints[n++ % Math.max(1, i.endpoints.length)] };
}
export interface RetryOutcome {
  kind: string;
  status?: number;
  headers?: readonly string[];
}
export function shouldRetry(policy: RetryPolicy, outcome: RetryOutcome): boolean {
  return outcome.kind === 'connect-failure'
    ? policy.on.has('connect-failure')
    : outcome.kind === 'reset'
      ? policy.on.has('reset')
      : policy.on.has('5xx') && (outcome.status ?? 0) >= 500;
}
export function backOffMs(policy: RetryPolicy, _n: number, random: Random): number {
  return random.below(policy.baseIntervalMs);
}
