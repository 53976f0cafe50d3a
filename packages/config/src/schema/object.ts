import { suggest } from '@weft/base';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Report } from './report.ts';
import { type DurationSchema, type Schema, wrongType } from './schema.ts';

/** `timeoutMs` is written `timeout`. */
type WireName<K> = K extends `${infer Base}Ms` ? Base : K;

type FieldSchema<K, V> = K extends `${string}Ms` ? DurationSchema : Schema<V>;

/** One schema per field of `T`, under the name users write; the compiler refuses a missing, extra or differently typed one. */
export type Fields<T> = {
  readonly [K in keyof T as WireName<K>]-?: FieldSchema<K, Exclude<T[K], undefined>>;
};

/** A group of which at most one field may be set, and one must be if `required`. */
interface Exclusive<N> {
  readonly fields: readonly N[];
  readonly required: boolean;
}

export interface ObjectRules<T> {
  readonly required?: readonly (keyof Fields<T>)[];
  readonly exclusive?: readonly Exclusive<keyof Fields<T>>[];
  /** Other spellings users have: `mirror_percent` for `mirrorPercent`. */
  readonly aliases?: Readonly<Record<string, keyof Fields<T>>>;
  /** Fields that are not in `Fields` are left alone: objects of which the mesh reads a part. */
  readonly open?: boolean;
  /** The CRD's rules over several fields; `raw` tells absent from empty. Called in strict reports only. */
  check?(value: T, raw: JsonObject, at: string, report: Report): void;
}

interface Field {
  readonly target: string;
  readonly schema: Schema<never>;
}

/** A mapping with known fields. Unknown ones are errors, with the nearest known name as a hint; `null` means absent. */
export function object<T>(fields: Fields<T>, rules: ObjectRules<T> = {}): Schema<T> {
  const table = new Map<string, Field>();
  for (const [name, schema] of Object.entries(fields) as [string, Schema<never>][]) {
    table.set(name, { target: 'unit' in schema ? `${name}Ms` : name, schema });
  }
  for (const [alias, name] of Object.entries(rules.aliases ?? {})) {
    const field = table.get(String(name));
    if (field !== undefined) table.set(alias, field);
  }
  const expects = 'a mapping';
  return {
    expects,
    decode(raw, at, report) {
      if (!isJsonObject(raw)) return wrongType(raw, expects, at, report);
      const value: Record<string, unknown> = {};
      for (const [name, entry] of Object.entries(raw)) {
        const field = table.get(name);
        if (field === undefined) {
          if (rules.open !== true) unknownField(name, at, table.keys(), report);
        } else if (entry !== null) {
          const decoded = field.schema.decode(entry, at === '' ? name : `${at}.${name}`, report);
          if (decoded !== undefined) value[field.target] = decoded;
        }
      }
      checkPresence(raw, at, rules, report);
      // The table was built from `Fields<T>`, which the compiler has matched field by field against T.
      const typed = value as T;
      if (report.strict) rules.check?.(typed, raw, at, report);
      return typed;
    },
  };
}

function unknownField(name: string, at: string, known: Iterable<string>, report: Report): void {
  const near = suggest(name, known);
  report.error(at === '' ? name : `${at}.${name}`, 'unknown-field', `unknown field ${JSON.stringify(name)}`, {
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

function isSet(raw: JsonObject, name: string): boolean {
  return raw[name] !== undefined && raw[name] !== null;
}

function checkPresence<T>(raw: JsonObject, at: string, rules: ObjectRules<T>, report: Report): void {
  if (report.strict) {
    for (const name of rules.required ?? []) {
      if (!isSet(raw, String(name))) {
        report.error(at === '' ? String(name) : `${at}.${String(name)}`, 'missing-field', 'required value is missing');
      }
    }
  }
  for (const group of rules.exclusive ?? []) {
    const names = group.fields.map(String);
    const present = names.filter((name) => isSet(raw, name));
    if (present.length > 1) {
      report.error(
        at,
        'conflicting-fields',
        `only one of ${names.join(', ')} may be set, found ${present.join(' and ')}`,
      );
    } else if (group.required && present.length === 0 && report.strict) {
      report.error(at, 'missing-field', `one of ${names.join(', ')} must be set`);
    }
  }
}
