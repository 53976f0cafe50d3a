import type { FailedCondition } from '../match/route-match.ts';
import type { HostEntry, Route, WeightedCluster } from '../route/route.ts';

/**
 * Hears every step of a decision. `planRequest` has none (null), `explainRequest` has one: the same code decides, so that an
 * explanation cannot differ from what happens.
 */
export interface DecisionRecorder {
  /** The host name that was looked up, and what claimed it. */
  virtualHost(host: string, winner: HostEntry | undefined): void;
  lost(route: Route, condition: FailedCondition): void;
  won(route: Route): void;
  split(chosen: WeightedCluster, roll: number, total: number, byHeader: string | undefined): void;
}
