import type { ForwardPlan, PickContext } from '@weft/engine';

/** One for all picks: a pick reads it and is done. */
const CONTEXT: PickContext = {
  hashHi: 0,
  hashLo: 0,
  hashed: false,
  previous: undefined,
  attempts: 1,
  metadataMatch: undefined,
};

/** @hot What the first pick for a request depends on. */
export function firstPick(plan: ForwardPlan): PickContext {
  CONTEXT.hashed = false;
  CONTEXT.previous = undefined;
  CONTEXT.attempts = 1;
  CONTEXT.metadataMatch = plan.metadataMatch;
  return CONTEXT;
}
