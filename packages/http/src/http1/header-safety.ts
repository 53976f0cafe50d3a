import { LOWER_TOKEN } from './char-tables.ts';
import { isCommonName } from './known-names.ts';

/**
 * A header that would end its line early and so put words of its own into the message (CWE-113). Whoever sets headers from
 * foreign input asks `isSafeHeader` first; reaching the serialiser with one is a bug of the caller, so this is thrown.
 */
export class HeaderInjectionError extends Error {
  override readonly name = 'HeaderInjectionError';
  readonly header: string;

  constructor(header: string, what: string) {
    super(`refusing to write header ${JSON.stringify(header)}: its ${what} has a byte that HTTP does not allow there`);
    this.header = header;
  }
}

/** Whether `name: value` can be written: a token, and a value of latin1 characters without control bytes. */
export function isSafeHeader(name: string, value: string): boolean {
  return isFieldName(name) && isFieldValue(value);
}

/** @hot A token (RFC 9110 §5.6.2), in any case. Common names are known and not looked at again. */
export function isFieldName(name: string): boolean {
  return isCommonName(name) || isToken(name);
}

/** @hot A token, looked at letter by letter: right for short pieces of a head, which cost more to look up. */
export function isToken(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 0x7e || LOWER_TOKEN[code] === 0) return false;
  }
  return name.length > 0;
}

/**
 * @hot Field content (RFC 9110 §5.5). Above 0xff refused too: written as latin1, U+010A would become a line feed. A regular expression
 * by measurement: values are slices of the text of a head, where charCodeAt costs three times as much.
 */
export function isFieldValue(value: string): boolean {
  return !NOT_FIELD_CONTENT.test(value);
}

const NOT_FIELD_CONTENT = /[^\t\x20-\x7e\x80-\xff]/;

/** @hot Throws HeaderInjectionError for a field of the flat list that HTTP/2 cannot carry: names are lower-case there. */
export function assertHttp2Fields(headers: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    if (!isLowerFieldName(headers[i]!)) throw new HeaderInjectionError(headers[i]!, 'name');
    if (!isFieldValue(headers[i + 1]!)) throw new HeaderInjectionError(headers[i]!, 'value');
  }
}

function isLowerFieldName(name: string): boolean {
  if (isCommonName(name)) return true;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 0x7e || LOWER_TOKEN[code] !== code) return false;
  }
  return name.length > 0;
}
