import { printOutcome } from '../explain/print.ts';
import type { Answer } from './answer.ts';

/** What to count. Everything left out may be anything. */
export interface Share {
  readonly kind?: Answer['kind'];
  /** Short or whole name. */
  readonly service?: string;
  readonly subset?: string;
  readonly endpoint?: string;
  /** The name of the workload or the beginning of it. */
  readonly workload?: string;
  /** Of replies and redirects. */
  readonly status?: number;
}

export interface DistributionRow {
  /** As `weft explain` says it in a line: `orders.default.svc.cluster.local v1`. */
  readonly outcome: string;
  readonly count: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** Where many requests went. */
export class Distribution {
  readonly answers: readonly Answer[];

  constructor(answers: readonly Answer[]) {
    this.answers = answers;
  }

  get total(): number {
    return this.answers.length;
  }

  /** The part of the requests, from 0 to 1, that went there. */
  share(wanted: Share): number {
    return this.answers.length === 0 ? 0 : this.count(wanted) / this.answers.length;
  }

  count(wanted: Share): number {
    return this.answers.filter((answer) => matches(answer, wanted)).length;
  }

  /** What became of the requests, most frequent first. */
  rows(): readonly DistributionRow[] {
    const groups = Map.groupBy(this.answers, ({ explanation }) => printOutcome(explanation.outcome, false));
    return [...groups]
      .map(([outcome, { length: count }]) => ({ outcome, count, share: count / this.answers.length }))
      .sort((a, b) => b.count - a.count || (a.outcome < b.outcome ? -1 : 1));
  }

  toString(): string {
    return this.rows()
      .map(
        ({ outcome, count, share }) =>
          `${String(count).padStart(6)}  ${(share * 100).toFixed(1).padStart(5)} %  ${outcome}`,
      )
      .join('\n');
  }
}

function matches(answer: Answer, wanted: Share): boolean {
  const service = 'service' in answer ? answer.service : '';
  const subset = 'subset' in answer ? answer.subset : '';
  const endpoint = answer.kind === 'forward' ? answer.endpoint : '';
  const status = 'status' in answer ? answer.status : undefined;
  return (
    (wanted.kind === undefined || wanted.kind === answer.kind) &&
    (wanted.service === undefined || service === wanted.service || service.startsWith(`${wanted.service}.`)) &&
    (wanted.subset === undefined || subset === wanted.subset) &&
    (wanted.endpoint === undefined || endpoint === wanted.endpoint) &&
    (wanted.status === undefined || status === wanted.status) &&
    (wanted.workload === undefined ||
      answer.workload?.name === wanted.workload ||
      answer.workload?.name.startsWith(`${wanted.workload}-`) === true)
  );
}
