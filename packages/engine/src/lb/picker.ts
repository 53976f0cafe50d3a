import type { Random } from '@weft/base';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { MetadataMatch } from '../route/route.ts';

/** What a pick may depend on. One object can be reused for every request. */
export interface PickContext {
  /** Upper and lower half of the request's hash (`hashRequest`); used when `hashed`, else chance decides. */
  hashHi: number;
  hashLo: number;
  hashed: boolean;
  /** Endpoints that earlier tries used, for `previous_hosts`; undefined on a first try. */
  previous: readonly Endpoint[] | undefined;
  /** How often to look again for an endpoint outside `previous` (`RetryPolicy.hostSelectionAttempts`). */
  attempts: number;
  /** What subset selection looks for (`ForwardPlan.metadataMatch`); undefined: nothing. */
  metadataMatch: MetadataMatch | undefined;
}

/** A context that asks for nothing. */
export function pickContext(): PickContext {
  return { hashHi: 0, hashLo: 0, hashed: false, previous: undefined, attempts: 1, metadataMatch: undefined };
}

/**
 * One policy over one list of endpoints: what a row of `LB_POLICIES` makes. It chooses among all it was given; health, priorities and
 * localities were taken care of before.
 */
export interface PolicyPicker {
  /** `hi` and `lo` are the hash (random when the request has none); `attempt` counts repeated looks for another endpoint. */
  pick(hi: number, lo: number, attempt: number): Endpoint | undefined;
}

/** What a policy is built from. */
export interface PolicyInput {
  readonly endpoints: readonly Endpoint[];
  readonly random: Random;
  /** Monotonic milliseconds, for slow start. */
  readonly nowMs: () => number;
}

/** Chooses an endpoint of a cluster: `Balancer` is the whole of it. */
export interface Picker {
  pick(context: PickContext): Endpoint | undefined;
}
