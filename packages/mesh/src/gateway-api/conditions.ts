import type { JsonObject } from '@weft/config';
import type { Problem } from './problem.ts';

/** A condition of a status; `lastTransitionTime` is for whoever shows it. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** True with a reason, or False with what is wrong. */
export function condition(type: string, good: Problem, problem: Problem | undefined): Condition {
  return { type, status: problem === undefined ? 'True' : 'False', ...(problem ?? good) };
}

export function accepted(problem: Problem | undefined): Condition {
  return condition('Accepted', { reason: 'Accepted', message: 'valid' }, problem);
}

export function resolvedRefs(problem: Problem | undefined): Condition {
  return condition('ResolvedRefs', { reason: 'ResolvedRefs', message: 'every reference leads somewhere' }, problem);
}

export function programmed(message: string, problem: Problem | undefined): Condition {
  return condition('Programmed', { reason: 'Programmed', message }, problem);
}

/** As an entry of `conditions`. */
export function conditionJson({ type, status, reason, message }: Condition): JsonObject {
  return { type, status, reason, message };
}
