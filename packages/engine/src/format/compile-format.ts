import type { Decoded } from '@weft/base';
import { suggest } from '@weft/base';
import { Issues } from '../decode/issues.ts';
import { type Format, type FormatPart, METADATA_OPERATORS, STREAM_OPERATORS } from './format.ts';

const HEADER_OPERATORS: Readonly<Record<string, 'request' | 'response' | 'trailer'>> = {
  REQ: 'request',
  RESP: 'response',
  TRAILER: 'trailer',
};
const KNOWN: readonly string[] = [
  ...Object.keys(HEADER_OPERATORS),
  ...STREAM_OPERATORS,
  ...METADATA_OPERATORS,
  'ENVIRONMENT',
];

// Envoy, "Access logging: command operators": %NAME(argument):length%. An argument may hold % (START_TIME's strftime).
const OPERATOR = /%([A-Z][A-Z0-9_]*)(?:\(([^)]*)\))?(?::(\d+))?%/y;

/** Compiles a format string of Envoy's command operators. `%%` is a percent sign; an unknown operator is an issue. */
export function compileFormat(text: string, at: string): Decoded<Format> {
  const issues = new Issues('');
  const value = formatWithIssues(text, at, issues);
  return issues.end(value);
}

/** The same for callers that gather issues. */
export function formatWithIssues(text: string, at: string, issues: Issues): Format {
  const parts: FormatPart[] = [];
  let plain = '';
  let i = 0;
  while (i < text.length) {
    const percent = text.indexOf('%', i);
    plain += percent < 0 ? text.slice(i) : text.slice(i, percent);
    if (percent < 0) break;
    if (text[percent + 1] === '%') {
      plain += '%';
      i = percent + 2;
      continue;
    }
    OPERATOR.lastIndex = percent;
    const match = OPERATOR.exec(text);
    if (match === null) {
      issues.error(
        at,
        'invalid-format',
        `\`${text.slice(percent)}\` is no command operator`,
        '`%NAME%`, or `%%` for a percent sign',
      );
      break;
    }
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
    const part = compileOperator(
      match[1] ?? '',
      match[2],
      match[3] === undefined ? undefined : Number(match[3]),
      at,
      issues,
    );
    if (part !== undefined) parts.push(part);
    i = percent + match[0].length;
  }
  if (parts.length === 0) return { literal: plain, parts: [{ kind: 'text', text: plain }] };
  if (plain !== '') parts.push({ kind: 'text', text: plain });
  return { literal: undefined, parts };
}

function compileOperator(
  name: string,
  argument: string | undefined,
  maxLength: number | undefined,
  at: string,
  issues: Issues,
): FormatPart | undefined {
  const header = HEADER_OPERATORS[name];
  if (header !== undefined) {
    const [first = '', second] = (argument ?? '').toLowerCase().split('?');
    if (first === '') issues.error(at, 'invalid-format', `\`%${name}%\` names no header`, `\`%${name}(x-header)%\``);
    return { kind: header, name: first, orName: second, maxLength };
  }
  for (const operator of STREAM_OPERATORS)
    if (operator === name) return { kind: 'stream', operator, argument, maxLength };
  for (const source of METADATA_OPERATORS) {
    if (source === name) return { kind: 'metadata', source, path: (argument ?? '').split(':'), maxLength };
  }
  if (name === 'ENVIRONMENT') return { kind: 'environment', name: argument ?? '', maxLength };
  const near = suggest(name, KNOWN);
  issues.error(
    at,
    'unknown-operator',
    `\`%${name}%\` is not supported`,
    near === undefined ? undefined : `perhaps \`%${near}%\``,
  );
  return undefined;
}
