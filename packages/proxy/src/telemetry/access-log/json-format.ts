/** `json_format`: a Struct whose strings are formats, compiled to a writer of one JSON line a record. */
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import type { AccessRecord } from '../access-record.ts';
import { parseFormat, printValue, type Segment } from './format.ts';
import type { LogContext } from './operator.ts';

/** Writes a value's JSON, or nothing at all when it has none. */
type Writer = (record: AccessRecord) => string | undefined;

export type CompiledJson =
  | { readonly ok: true; readonly write: (record: AccessRecord) => string }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Keys come out sorted, as Envoy prints them. A string that is one operator keeps the operator's type: %RESPONSE_CODE% is a number,
 * and a missing value is `null`, or left out with `omitEmpty`.
 */
export function compileJsonFormat(
  struct: JsonObject,
  context: LogContext,
  at: string,
  omitEmpty: boolean,
): CompiledJson {
  const issues: Issue[] = [];
  const write = objectWriter(struct, { context, omitEmpty, issues }, at);
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, write: (record) => `${write(record) ?? '{}'}\n` };
}

interface Compiling {
  readonly context: LogContext;
  readonly omitEmpty: boolean;
  readonly issues: Issue[];
}

function valueWriter(value: JsonValue, compiling: Compiling, at: string): Writer {
  if (typeof value === 'string') return stringWriter(value, compiling, at);
  if (Array.isArray(value)) {
    const items = value.map((item, i) => valueWriter(item, compiling, `${at}[${i}]`));
    return (record) => `[${items.map((item) => item(record) ?? 'null').join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) return objectWriter(value, compiling, at);
  const constant = JSON.stringify(value);
  return () => constant;
}

function objectWriter(struct: JsonObject, compiling: Compiling, at: string): Writer {
  const fields = Object.keys(struct)
    .sort()
    .map((key) => ({
      key: `${JSON.stringify(key)}:`,
      write: valueWriter(struct[key] ?? null, compiling, `${at}.${key}`),
    }));
  return (record) => {
    let text = '';
    for (const field of fields) {
      const value = field.write(record) ?? (compiling.omitEmpty ? undefined : 'null');
      if (value !== undefined) text += (text === '' ? '' : ',') + field.key + value;
    }
    return text === '' && compiling.omitEmpty ? undefined : `{${text}}`;
  };
}

function stringWriter(format: string, compiling: Compiling, at: string): Writer {
  const parsed = parseFormat(format, compiling.context, at);
  if (!parsed.ok) {
    compiling.issues.push(...parsed.issues);
    return () => undefined;
  }
  const [only] = parsed.segments;
  if (parsed.segments.length === 1 && only?.kind === 'operator') return (record) => typedJson(only, record);
  const { segments } = parsed;
  return (record) => `"${segments.map((segment) => segmentJson(segment, record)).join('')}"`;
}

function typedJson(segment: Extract<Segment, { kind: 'operator' }>, record: AccessRecord): string | undefined {
  const value = segment.read(record);
  const text = printValue(value, segment.maxLength);
  return text === undefined || typeof value === 'number' ? text : `"${text}"`;
}

function segmentJson(segment: Segment, record: AccessRecord): string {
  if (segment.kind === 'literal') return JSON.stringify(segment.text).slice(1, -1);
  return printValue(segment.read(record), segment.maxLength) ?? '-';
}
