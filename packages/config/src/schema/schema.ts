import { isJsonObject } from '../json.ts';
import type { Report } from './report.ts';

/**
 * Turns raw JSON into a typed value, reporting every problem on the way. Invariant in `T`, so that the compiler refuses a schema
 * which knows fewer fields or enum values than the type, or more.
 */
export interface Schema<in out T> {
  /** For messages: `a string`, `one of A, B`. */
  readonly expects: string;
  /** Undefined when the value is unusable, which has been reported. */
  decode(raw: unknown, at: string, report: Report): T | undefined;
}

/** The schema of a duration: fields that hold one are decoded to `<name>Ms`. */
export interface DurationSchema extends Schema<number> {
  readonly unit: 'Ms';
}

/** A short rendering of what was found instead. */
export function describe(raw: unknown): string {
  if (raw === null) return 'null';
  if (Array.isArray(raw)) return 'a list';
  if (isJsonObject(raw)) return 'a mapping';
  if (typeof raw === 'string') return `the text ${JSON.stringify(raw.length > 60 ? `${raw.slice(0, 60)}…` : raw)}`;
  return `${typeof raw === 'number' ? 'the number' : 'the boolean'} ${String(raw)}`;
}

export function wrongType(raw: unknown, expected: string, at: string, report: Report, hint?: string): undefined {
  report.error(at, 'wrong-type', `${describe(raw)} does not fit here`, {
    expected,
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}
