import { parseDurationMs, suggest } from '@weft/base';
import { isJsonObject, type JsonObject } from '../json.ts';
import { type DurationSchema, type Schema, wrongType } from './schema.ts';

interface TextRules {
  /** Least and most characters, as the CRD's minLength and maxLength. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

/** A string. Numbers and booleans are refused with the advice to quote them. */
export function text(rules: TextRules = {}): Schema<string> {
  const expects = 'a string';
  return {
    expects,
    decode(raw, at, report) {
      if (typeof raw !== 'string') {
        const scalar = typeof raw === 'number' || typeof raw === 'boolean';
        return wrongType(raw, expects, at, report, scalar ? `put it in quotes: "${String(raw)}"` : undefined);
      }
      if (!report.strict) return raw;
      if (raw.length < (rules.min ?? 0)) {
        report.error(at, 'too-short', `the text should be at least ${rules.min} characters long`);
      }
      if (rules.max !== undefined && raw.length > rules.max) {
        report.error(at, 'too-long', `the text has ${raw.length} characters, at most ${rules.max} are allowed`);
      }
      if (rules.pattern !== undefined && !rules.pattern.test(raw)) {
        report.error(at, 'bad-format', `${JSON.stringify(raw)} does not have the required form`, {
          expected: String(rules.pattern),
        });
      }
      return raw;
    },
  };
}

/** A string of a closed set. */
export function oneOf<const V extends string>(...values: readonly V[]): Schema<V> {
  const expects = `one of ${values.join(', ')}`;
  return {
    expects,
    decode(raw, at, report) {
      const found = values.find((value) => value === raw);
      if (found !== undefined) return found;
      if (typeof raw !== 'string') return wrongType(raw, expects, at, report);
      const near = suggest(raw, values);
      report.error(at, 'unknown-value', `unsupported value ${JSON.stringify(raw)}`, {
        expected: expects,
        ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      });
      return undefined;
    },
  };
}

export function flag(): Schema<boolean> {
  const expects = 'true or false';
  return {
    expects,
    decode: (raw, at, report) => (typeof raw === 'boolean' ? raw : wrongType(raw, expects, at, report)),
  };
}

interface NumberRules {
  readonly min?: number;
  readonly max?: number;
}

function numeric(expects: string, accepts: (raw: number) => boolean, rules: NumberRules): Schema<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rules;
  return {
    expects,
    decode(raw, at, report) {
      if (typeof raw !== 'number' || !accepts(raw)) {
        const quoted = typeof raw === 'string' && raw !== '' && accepts(Number(raw));
        return wrongType(raw, expects, at, report, quoted ? 'remove the quotes' : undefined);
      }
      if (report.strict && (raw < min || raw > max)) {
        const range = rules.max === undefined ? `at least ${min}` : `between ${min} and ${max}`;
        report.error(at, 'out-of-range', `${raw} is out of range`, { expected: range });
      }
      return raw;
    },
  };
}

/** A whole number of 32 bits, as protobuf's int32; with `min: 0` as its uint32. */
export function integer(rules: NumberRules = {}): Schema<number> {
  const { min = -(2 ** 31), max = rules.min === undefined ? 2 ** 31 - 1 : 2 ** 32 - 1 } = rules;
  return numeric('a whole number', Number.isSafeInteger, { min, max });
}

/** A whole number of 64 bits, as far as JSON carries them. */
export function long(rules: NumberRules = {}): Schema<number> {
  return numeric('a whole number', Number.isSafeInteger, rules);
}

export function decimal(rules: NumberRules = {}): Schema<number> {
  return numeric('a number', Number.isFinite, rules);
}

/** A whole number, or text: Kubernetes' IntOrString. */
export function intOrString(): Schema<number | string> {
  const expects = 'a whole number or a string';
  return {
    expects,
    decode: (raw, at, report) =>
      typeof raw === 'string' || Number.isSafeInteger(raw)
        ? (raw as number | string)
        : wrongType(raw, expects, at, report),
  };
}

interface DurationRules {
  readonly minMs?: number;
  /** A narrower form than Go's. */
  readonly pattern?: RegExp;
}

/** Go's or proto-JSON's form (`1.5s`, `250ms`, `1h2m`), decoded to milliseconds. */
export function duration(rules: DurationRules = {}): DurationSchema {
  const expects = 'a duration such as 1.5s, 250ms or 1h30m';
  return {
    unit: 'Ms',
    expects,
    decode(raw, at, report) {
      const fits = typeof raw === 'string' && rules.pattern?.test(raw) !== false;
      const ms = fits ? parseDurationMs(raw) : undefined;
      if (ms === undefined) {
        const hint = typeof raw === 'number' ? `add a unit: ${raw}s` : undefined;
        return wrongType(raw, expects, at, report, hint);
      }
      if (report.strict && rules.minMs !== undefined && ms < rules.minMs) {
        report.error(at, 'out-of-range', `the duration ${String(raw)} is too short`, {
          expected: `at least ${rules.minMs}ms`,
        });
      }
      return ms;
    },
  };
}

/** Any mapping, kept as it is: a protobuf Struct, chart values. */
export function json(): Schema<JsonObject> {
  const expects = 'a mapping';
  return {
    expects,
    decode: (raw, at, report) => (isJsonObject(raw) ? raw : wrongType(raw, expects, at, report)),
  };
}
