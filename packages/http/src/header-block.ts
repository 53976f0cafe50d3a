/**
 * A header block as one flat list: `[name, value, name, value, …]`, names lower-case, in the order they came, duplicates kept.
 * Pseudo-headers and `host` are never in it: they are fields of the head. An HTTP/1 head and an HTTP/2 head carry the same list.
 */
export type HeaderBlock = string[];

/** @hot The first value of `name` (lower-case), or undefined. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}

/** @hot Whether `name` (lower-case) occurs. */
export function hasHeader(headers: readonly string[], name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return true;
  return false;
}

/** All values of `name` (lower-case), joined with `, ` as RFC 9110 §5.3 allows; undefined when there is none. */
export function joinedHeader(headers: readonly string[], name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === name) joined = joined === undefined ? headers[i + 1] : `${joined}, ${headers[i + 1]}`;
  }
  return joined;
}

/** @hot Puts `value` in the place of the first `name` (lower-case) and removes the others; appends when there is none. */
export function setHeader(headers: HeaderBlock, name: string, value: string): void {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== name) continue;
    headers[i + 1] = value;
    removeFrom(headers, name, i + 2);
    return;
  }
  headers.push(name, value);
}

/** @hot Adds one more `name` (lower-case) at the end. */
export function appendHeader(headers: HeaderBlock, name: string, value: string): void {
  headers.push(name, value);
}

/** @hot Removes every `name` (lower-case); true when there was one. */
export function removeHeader(headers: HeaderBlock, name: string): boolean {
  return removeFrom(headers, name, 0);
}

function removeFrom(headers: HeaderBlock, name: string, from: number): boolean {
  let out = from;
  for (let i = from; i < headers.length; i += 2) {
    if (headers[i] === name) continue;
    if (out !== i) {
      headers[out] = headers[i]!;
      headers[out + 1] = headers[i + 1]!;
    }
    out += 2;
  }
  const removed = out < headers.length;
  cutHeaders(headers, out);
  return removed;
}

/** @hot Drops what is behind the first `length` strings. Assigning to `length` would leave compiled code, which `pop` does not. */
export function cutHeaders(headers: HeaderBlock, length: number): void {
  while (headers.length > length) headers.pop();
}
