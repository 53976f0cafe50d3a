import type { HeaderValueOption } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { HeaderValueOption_HeaderAppendAction as AppendAction } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Issues } from '../decode/issues.ts';
import { formatWithIssues } from './compile-format.ts';
import type { Format, FormatContext } from './format.ts';
import { renderFormat } from './render-format.ts';

export type HeaderOpKind = 'remove' | 'append' | 'add-if-absent' | 'overwrite-or-add' | 'overwrite-if-exists';

export interface HeaderOp {
  readonly kind: HeaderOpKind;
  /** Lower-case. */
  readonly name: string;
  readonly value: Format;
  /** Whether an empty value is written rather than left out. */
  readonly keepEmpty: boolean;
}

/** Header operations in the order to apply them; `undefined` when there are none, so that the common case is one comparison. */
export type HeaderOps = readonly HeaderOp[] | undefined;

const EMPTY: Format = { literal: '', parts: [] };

/** One level's operations: removals come first (Envoy, "Custom request/response headers"). `prefix` is `request` or `response`. */
export function compileHeaderOps(
  add: readonly HeaderValueOption[],
  remove: readonly string[],
  at: string,
  prefix: 'request' | 'response',
  issues: Issues,
): readonly HeaderOp[] {
  const ops: HeaderOp[] = [];
  const dotted = at === '' ? '' : `${at}.`;
  remove.forEach((name, i) => {
    const where = `${dotted}${prefix}_headers_to_remove[${i}]`;
    checkHeaderName(name, where, 'removed', issues);
    ops.push({ kind: 'remove', name: name.toLowerCase(), value: EMPTY, keepEmpty: false });
  });
  add.forEach((option, i) => {
    const where = `${dotted}${prefix}_headers_to_add[${i}]`;
    const op = compileOption(option, where, issues);
    checkHeaderName(op.name, `${where}.header.key`, 'modified', issues);
    ops.push(op);
  });
  return ops;
}

/** Pseudo-headers and Host have rewrites of their own; Envoy refuses them here as well. */
export function checkHeaderName(name: string, at: string, what: string, issues: Issues): void {
  if (name.startsWith(':') || name.toLowerCase() === 'host') {
    issues.error(
      at,
      'invalid-value',
      `\`${name}\`: pseudo-headers and host may not be ${what} this way`,
      'a host or path rewrite',
    );
  } else if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    issues.error(at, 'invalid-value', `\`${name}\` is no header name`, 'a token (RFC 9110 §5.6.2)');
  }
}

/** One HeaderValueOption, for health checks and filters as well. */
export function compileOption(option: HeaderValueOption, at: string, issues: Issues): HeaderOp {
  const value = option.header?.value ?? '';
  if (/[\r\n\0]/.test(value))
    issues.error(`${at}.header.value`, 'invalid-value', 'has a line break or NUL', 'one line');
  return {
    kind: optionKind(option, at, issues),
    name: (option.header?.key ?? '').toLowerCase(),
    value: formatWithIssues(value, `${at}.header.value`, issues),
    keepEmpty: option.keepEmptyValue,
  };
}

function optionKind(option: HeaderValueOption, at: string, issues: Issues): HeaderOpKind {
  if (option.append !== undefined) {
    if (option.appendAction !== AppendAction.APPEND_IF_EXISTS_OR_ADD) {
      issues.error(`${at}.append`, 'invalid-value', 'stands beside `append_action`', 'one of the two');
    }
    return option.append ? 'append' : 'overwrite-or-add';
  }
  switch (option.appendAction) {
    case AppendAction.ADD_IF_ABSENT:
      return 'add-if-absent';
    case AppendAction.OVERWRITE_IF_EXISTS_OR_ADD:
      return 'overwrite-or-add';
    case AppendAction.OVERWRITE_IF_EXISTS:
      return 'overwrite-if-exists';
    default:
      return 'append';
  }
}

/** `undefined` for no operations. */
export function sealOps(levels: readonly (readonly HeaderOp[])[]): HeaderOps {
  const ops = levels.flat();
  return ops.length === 0 ? undefined : ops;
}

/** @hot Edits `headers` (`[name, value, …]`) in place. */
export function applyHeaderOps(ops: HeaderOps, headers: string[], context: FormatContext): void {
  if (ops === undefined) return;
  for (let i = 0; i < ops.length; i++) applyOp(ops[i]!, headers, context);
}

function applyOp(op: HeaderOp, headers: string[], context: FormatContext): void {
  if (op.kind === 'remove') {
    removeHeader(headers, op.name);
    return;
  }
  const value = op.value.literal ?? renderFormat(op.value, context, '');
  if (value === '' && !op.keepEmpty) return;
  const at = indexOfHeader(headers, op.name);
  switch (op.kind) {
    case 'append':
      headers.push(op.name, value);
      return;
    case 'add-if-absent':
      if (at < 0) headers.push(op.name, value);
      return;
    case 'overwrite-if-exists':
      if (at >= 0) overwrite(headers, op.name, value, at);
      return;
    case 'overwrite-or-add':
      if (at >= 0) overwrite(headers, op.name, value, at);
      else headers.push(op.name, value);
  }
}

function indexOfHeader(headers: readonly string[], name: string): number {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return i;
  return -1;
}

function overwrite(headers: string[], name: string, value: string, at: number): void {
  headers[at + 1] = value;
  let to = at + 2;
  for (let from = at + 2; from < headers.length; from += 2) {
    if (headers[from] === name) continue;
    headers[to++] = headers[from]!;
    headers[to++] = headers[from + 1]!;
  }
  headers.length = to;
}

function removeHeader(headers: string[], name: string): void {
  let to = 0;
  for (let from = 0; from < headers.length; from += 2) {
    if (headers[from] === name) continue;
    if (to !== from) {
      headers[to] = headers[from]!;
      headers[to + 1] = headers[from + 1]!;
    }
    to += 2;
  }
  if (to !== headers.length) headers.length = to;
}
