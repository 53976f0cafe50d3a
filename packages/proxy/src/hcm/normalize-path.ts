/**
 * Path normalisation before routing and authorisation, so that both judge the path that the upstream will see (RFC 3986 §6.2.2: dot
 * segments, percent-encoding of unreserved characters; `\` counts as `/`, as browsers and Envoy's canonicaliser have it).
 */

/** @hot Whether a path is in normal form already, as nearly all are. */
function isNormal(path: string): boolean {
  return path.indexOf('/.') === -1 && path.indexOf('%') === -1 && path.indexOf('\\') === -1;
}

function isUnreserved(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f ||
    code === 0x7e
  );
}

/** Undefined when a percent sign is not followed by two hexadecimal digits or encodes NUL. */
function decodeUnreserved(path: string): string | undefined {
  let bad = false;
  const decoded = path.replace(/%(.{0,2})/gs, (whole, digits: string) => {
    if (!/^[0-9a-fA-F]{2}$/.test(digits) || digits === '00') {
      bad = true;
      return whole;
    }
    const code = Number.parseInt(digits, 16);
    return isUnreserved(code) ? String.fromCharCode(code) : `%${digits.toUpperCase()}`;
  });
  return bad ? undefined : decoded;
}

function removeDotSegments(path: string): string {
  const out: string[] = [];
  const segments = path.split('/');
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === '.') {
      if (last) out.push('');
    } else if (segment === '..') {
      if (out.length > 1) out.pop();
      if (last) out.push('');
    } else out.push(segment);
  }
  return out.join('/');
}

/** The path (without query) in normal form; undefined when it has none. */
export function normalizePath(path: string): string | undefined {
  if (isNormal(path)) return path;
  const decoded = decodeUnreserved(path.replaceAll('\\', '/'));
  return decoded === undefined ? undefined : removeDotSegments(decoded);
}

/** `//` becomes `/`. */
export function mergeSlashes(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}

const ESCAPED_SLASH = /%(?:2f|5c)/gi;

export function hasEscapedSlash(path: string): boolean {
  return path.includes('%') && /%(?:2f|5c)/i.test(path);
}

export function unescapeSlashes(path: string): string {
  return path.replace(ESCAPED_SLASH, (escaped) => (escaped.endsWith('f') || escaped.endsWith('F') ? '/' : '\\'));
}
