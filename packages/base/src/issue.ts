/** Where a value stands in a file a person wrote. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

export type Severity = 'error' | 'warning' | 'info';

/**
 * One thing wrong with what somebody gave us, told so that they can mend it: what, where, what was expected, what to do.
 * An issue is a value; whoever can act on it prints it, once.
 */
export interface Issue {
  readonly severity: Severity;
  /** Stable and searchable, such as `unknown-field` or `IST0101`. */
  readonly code: string;
  /** The path inside the object: `spec.http[2].retries.attempts`; empty for the whole object. */
  readonly at: string;
  readonly message: string;
  /** What would have been right, in a few words. */
  readonly expected?: string;
  /** What to do about it: "did you mean `attempts`?". */
  readonly hint?: string;
  /** The object it belongs to: `VirtualService default/orders`. */
  readonly resource?: string;
  readonly position?: SourcePosition;
}

/** A decoded value, perhaps with warnings; or every issue that kept it from being one. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T; readonly issues: readonly Issue[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** `file:line:column: error: path: message (expected …) hint [code]`, the form editors and terminals make clickable. */
export function formatIssue(issue: Issue): string {
  const at = issue.position;
  const where = at === undefined ? '' : `${at.file}:${at.line}${at.column === undefined ? '' : `:${at.column}`}: `;
  const subject = [issue.resource, issue.at].filter((part) => part !== undefined && part !== '').join(' ');
  const expected = issue.expected === undefined ? '' : ` (expected ${issue.expected})`;
  const hint = issue.hint === undefined ? '' : `; ${issue.hint}`;
  return `${where}${issue.severity}: ${subject === '' ? '' : `${subject}: `}${issue.message}${expected}${hint} [${issue.code}]`;
}

export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === 'error');
}
