import { IS_REG_NAME } from './char-tables.ts';

/** The four forms of RFC 9112 §3.2. */
const ORIGIN_FORM = 0;
export const ABSOLUTE_FORM = 1;
export const AUTHORITY_FORM = 2;
export const ASTERISK_FORM = 3;
export const NOT_A_TARGET = -1;

/** Methods whose `*` target speaks of the server as a whole: OPTIONS (RFC 9112 §3.2.4) and SSDP's search. */
const ASTERISK_METHODS: readonly string[] = ['OPTIONS', 'M-SEARCH'];

/** @hot The form of `target`, whose bytes have been checked, for `method`. Schemes other than http and https only with `anyScheme`. */
export function targetForm(method: string, target: string, anyScheme: boolean): number {
  if (method === 'CONNECT') return hasPort(target) && isAuthority(target) ? AUTHORITY_FORM : NOT_A_TARGET;
  const first = target.charCodeAt(0);
  if (first === 0x2f) return ORIGIN_FORM;
  if (target === '*') return ASTERISK_METHODS.includes(method) ? ASTERISK_FORM : NOT_A_TARGET;
  return schemeLength(target, anyScheme) > 0 ? ABSOLUTE_FORM : NOT_A_TARGET;
}

/**
 * The parts of an absolute-form target; undefined when its authority is malformed. `path` gets its `/` if it was empty.
 * `anyUri` lets any scheme, `userinfo@` and an authority of any shape through.
 */
export function splitAbsoluteTarget(
  target: string,
  anyUri: boolean,
): { readonly scheme: string; readonly authority: string; readonly path: string } | undefined {
  const scheme = target.substring(0, schemeLength(target, anyUri));
  const start = scheme.length + 3;
  let end = start;
  while (end < target.length && !'/?#'.includes(target[end]!)) end++;
  const authority = target.substring(start, end);
  if (anyUri ? !LOOSE_AUTHORITY.test(authority) : !isAuthority(authority)) return undefined;
  const rest = target.substring(end);
  return { scheme: scheme.toLowerCase(), authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}

// Other schemes than these have no mapping onto an HTTP origin, so nothing could route them (RFC 9110 §4.2).
function schemeLength(target: string, anyScheme: boolean): number {
  const head = target.substring(0, 8).toLowerCase();
  if (head === 'https://') return 5;
  if (head.startsWith('http://')) return 4;
  return anyScheme ? (/^[a-z][a-z0-9+.-]*(?=:\/\/)/i.exec(target)?.[0].length ?? 0) : 0;
}

function hasPort(target: string): boolean {
  const last = target.charCodeAt(target.length - 1);
  return last >= 0x30 && last <= 0x39 && target.lastIndexOf(':') > target.lastIndexOf(']');
}

const LOOSE_AUTHORITY = /^[\w.~!$&'()*+,;=%:[\]-]*(?:@[\w.~!$&'()*+,;=%:[\]-]*)?$/;

/** @hot Whether `text` is host[:port] (RFC 3986 §3.2) with a host that is not empty. */
export function isAuthority(text: string): boolean {
  let i = 0;
  const length = text.length;
  if (text.charCodeAt(i) === 0x5b) {
    const close = text.indexOf(']', i);
    if (close < i + 3 || !isIpLiteral(text, i + 1, close)) return false;
    i = close + 1;
  } else {
    while (i < length && IS_REG_NAME[text.charCodeAt(i)] === 1) i++;
  }
  if (i === 0) return false;
  if (i === length) return true;
  if (text.charCodeAt(i) !== 0x3a) return false;
  for (i++; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

/** IPv6 with an optional zone (RFC 6874; browsers send a bare `%`), or IPvFuture: shape only, resolving it is not ours to do. */
function isIpLiteral(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x3a && IS_REG_NAME[code] !== 1) return false;
  }
  return true;
}
