import type { Issue, Severity } from '@weft/base';

/** What a problem may add to its message. */
export interface IssueDetail {
  /** What would have been right, in a few words. */
  readonly expected?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/**
 * Collects issues of one object. Nothing stops at the first problem: whoever finds one reports it and goes on.
 *
 * `strict` is what an API server enforces from the CRD (required fields, ranges, lengths, CEL rules) on top of types. It is off
 * where no CRD stands in front: mesh configuration, and the fragments Istio's webhook checks on their own.
 */
export class Report {
  readonly issues: Issue[] = [];
  readonly strict: boolean;

  constructor(strict: boolean) {
    this.strict = strict;
  }

  error(at: string, code: string, message: string, detail: IssueDetail = {}): void {
    this.#add('error', at, code, message, detail);
  }

  warning(at: string, code: string, message: string, detail: IssueDetail = {}): void {
    this.#add('warning', at, code, message, detail);
  }

  #add(severity: Severity, at: string, code: string, message: string, detail: IssueDetail): void {
    this.issues.push({ severity, code, at, message, ...detail });
  }
}
