/**
 * Envoy's format language, compiled.   in: `[%START_TIME%] "%REQ(:METHOD)% …"`   out: segments that print without looking at names
 */
import { type Issue, suggest } from '@weft/base';
import type { AccessRecord } from '../access-record.ts';
import { escapeLogValue } from './escape.ts';
import type { LogContext, Operator, OperatorValue } from './operator.ts';
import { OPERATORS } from './operators.ts';

/** Envoy's default (docs: access_log/usage, "Default Format String"). */
export const DEFAULT_FORMAT: string =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

/** Text, or an operator with the length its value is cut to. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'operator'; readonly read: Operator; readonly maxLength: number };

export type ParsedFormat =
  | { readonly ok: true; readonly segments: readonly Segment[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const TOKEN = /%%|%([A-Z0-9_]+)(?:\(([^)]*)\))?(?::(\d+))?%|[^%]+|%/g;

/** Splits a format into segments; every operator that is unknown or misused is one issue. `at` is the field's path, for the issues. */
export function parseFormat(format: string, context: LogContext, at: string): ParsedFormat {
  const segments: Segment[] = [];
  const issues: Issue[] = [];
  const refuse = (message: string, hint?: string): void => {
    issues.push({ severity: 'error', code: 'access-log-format', at, message, ...(hint === undefined ? {} : { hint }) });
  };
  for (const match of format.matchAll(TOKEN)) {
    const [whole, name, argument, length] = match;
    if (whole === '%%') {
      segments.push({ kind: 'literal', text: '%' });
    } else if (whole === '%') {
      refuse(`a % at offset ${match.index} starts no command operator`, 'write %% for a percent sign');
    } else if (name === undefined) {
      segments.push({ kind: 'literal', text: whole });
    } else {
      const made = makeOperator(name, argument, context);
      if (typeof made === 'function') {
        segments.push({
          kind: 'operator',
          read: made,
          maxLength: length === undefined ? Number.POSITIVE_INFINITY : Number(length),
        });
      } else {
        refuse(`%${name}%: ${made.problem}`, made.hint);
      }
    }
  }
  return issues.length === 0 ? { ok: true, segments } : { ok: false, issues };
}

function makeOperator(
  name: string,
  argument: string | undefined,
  context: LogContext,
): Operator | { readonly problem: string; readonly hint?: string } {
  const factory = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (factory !== undefined) return factory(argument, context);
  const near = suggest(name, Object.keys(OPERATORS));
  const problem = 'this proxy does not know the operator';
  return near === undefined ? { problem } : { problem, hint: `did you mean %${near}%?` };
}

/** The value as text, cut and made safe; undefined when there is nothing to print. @hot */
export function printValue(value: OperatorValue, maxLength: number): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'number') return String(value);
  return escapeLogValue(value.length > maxLength ? value.slice(0, maxLength) : value);
}

/** One line of text a record. `missing` stands for what has no value: `-` by default. */
export function textWriter(segments: readonly Segment[], missing: string): (record: AccessRecord) => string {
  return (record) => {
    let line = '';
    for (let i = 0; i < segments.length; i++) {
      const segment = segments[i]!;
      line +=
        segment.kind === 'literal' ? segment.text : (printValue(segment.read(record), segment.maxLength) ?? missing);
    }
    return line;
  };
}
