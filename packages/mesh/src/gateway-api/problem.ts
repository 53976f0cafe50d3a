/** Why something was not accepted: a reason of the Gateway API, for the conditions of a status, and words for people. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}

export function joinProblems(a: Problem | undefined, b: Problem | undefined): Problem | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { reason: a.reason, message: `${a.message}; ${b.message}` };
}
