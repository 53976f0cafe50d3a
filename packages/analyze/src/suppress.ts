import type { Issue } from '@weft/base';
import type { Subject } from './analyzer.ts';
import type { Code } from './messages.ts';

const ANNOTATION = 'galley.istio.io/analyze-suppress';

/** Whether the object's own annotation silences a code: a list of codes, or `*`. */
export function isSuppressed(code: Code, { metadata }: Subject): boolean {
  const listed = metadata.annotations[ANNOTATION];
  if (listed === undefined) return false;
  return listed.split(',').some((entry) => entry.trim() === '*' || entry.trim() === code);
}

/** `IST0102=Namespace frod*`: a code, and a pattern for the object's title in which `*` stands for anything. */
export interface Suppression {
  readonly code: string;
  readonly title: RegExp;
}

/** Undefined when the text is not of the form `CODE=Kind name` or `CODE=Kind namespace/name`. */
export function parseSuppression(text: string): Suppression | undefined {
  const match = /^(IST\d{4})=(\S+ \S+|\*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, code = '', pattern = ''] = match;
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  return { code: code.toUpperCase(), title: new RegExp(`^${source}$`) };
}

/** The issues that no suppression silences. */
export function withoutSuppressed(issues: readonly Issue[], suppressions: readonly Suppression[]): readonly Issue[] {
  return issues.filter(
    ({ code, resource = '' }) => !suppressions.some((one) => one.code === code && one.title.test(resource)),
  );
}
