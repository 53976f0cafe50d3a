import type { Explanation, Outcome } from '../explain/explanation.ts';
import { printExplanation } from '../explain/print.ts';
import type { KnownWorkload } from './known-workloads.ts';

/** Who is behind the endpoint that a request was sent to. */
export interface ReachedWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What became of a request: told apart by `kind`. */
export type Answer = Outcome & {
  /** Undefined where the request went nowhere, or where the endpoint is not part of the configuration. */
  readonly workload: ReachedWorkload | undefined;
  readonly explanation: Explanation;
  /** As `weft explain` prints it. */
  explain(): string;
};

export function answerOf(explanation: Explanation, workloads: readonly KnownWorkload[]): Answer {
  const { outcome } = explanation;
  const at = outcome.kind === 'forward' ? outcome.endpoint.slice(0, outcome.endpoint.lastIndexOf(':')) : undefined;
  const known = at === undefined ? undefined : workloads.find(({ address }) => address === at);
  const workload = known && { name: known.name, namespace: known.namespace, labels: known.labels };
  return { ...outcome, workload, explanation, explain: () => printExplanation(explanation) };
}
