import { isJsonObject } from '../json.ts';
import type { Report } from './report.ts';
import { type Schema, wrongType } from './schema.ts';

interface SizeRules {
  /** Least and most entries. */
  readonly min?: number;
  readonly max?: number;
}

interface ListRules<T> extends SizeRules {
  /** What a `null` entry means where no CRD forbids it. */
  readonly nullItem?: T;
  /** The field whose value each entry has for itself: the CRD's listMapKey. */
  readonly key?: string;
}

function reportRepeated(entries: readonly unknown[], key: string, at: string, report: Report): void {
  const seen = new Set<unknown>();
  for (const [index, entry] of entries.entries()) {
    const value = isJsonObject(entry) ? entry[key] : undefined;
    if (value !== undefined && seen.has(value)) {
      report.error(`${at}[${index}].${key}`, 'duplicate', `two entries have the ${key} ${JSON.stringify(value)}`);
    }
    seen.add(value);
  }
}

export function list<T>(item: Schema<T>, rules: ListRules<T> = {}): Schema<readonly T[]> {
  const expects = 'a list';
  return {
    expects,
    decode(raw, at, report) {
      if (!Array.isArray(raw)) {
        return wrongType(raw, expects, at, report, raw === null ? undefined : 'put a dash before each entry');
      }
      if (report.strict && (raw.length < (rules.min ?? 0) || raw.length > (rules.max ?? Number.POSITIVE_INFINITY))) {
        const expected = rules.max === undefined ? `at least ${rules.min}` : `${rules.min ?? 0} to ${rules.max}`;
        report.error(at, 'wrong-size', `the list has ${raw.length} entries`, { expected });
      }
      if (report.strict && rules.key !== undefined) reportRepeated(raw, rules.key, at, report);
      const values: T[] = [];
      for (const [index, entry] of raw.entries()) {
        const value =
          entry === null && !report.strict && rules.nullItem !== undefined
            ? rules.nullItem
            : item.decode(entry, `${at}[${index}]`, report);
        if (value !== undefined) values.push(value);
      }
      return values;
    },
  };
}

export function map<T>(item: Schema<T>, rules: SizeRules = {}): Schema<Readonly<Record<string, T>>> {
  const expects = 'a mapping';
  return {
    expects,
    decode(raw, at, report) {
      if (!isJsonObject(raw)) return wrongType(raw, expects, at, report);
      const entries = Object.entries(raw);
      if (
        report.strict &&
        (entries.length < (rules.min ?? 0) || entries.length > (rules.max ?? Number.POSITIVE_INFINITY))
      ) {
        report.error(at, 'wrong-size', `the mapping has ${entries.length} entries`, {
          expected: `${rules.min ?? 0} to ${rules.max ?? 'any number of'} entries`,
        });
      }
      const values: [string, T][] = [];
      for (const [key, entry] of entries) {
        const value = item.decode(entry, `${at}.${key}`, report);
        if (value !== undefined) values.push([key, value]);
      }
      return Object.fromEntries(values);
    },
  };
}
