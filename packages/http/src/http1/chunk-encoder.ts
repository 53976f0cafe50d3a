import { HeaderInjectionError, isFieldName, isFieldValue } from './header-safety.ts';

/** The line before the data of a chunk of `length` bytes; `length` must not be 0, which would end the body. */
export function chunkPrefix(length: number): string {
  if (length <= 0) throw new RangeError('a chunk of no bytes would end the body');
  return `${length.toString(16)}\r\n`;
}

/** What follows the data of a chunk. */
export const CHUNK_SUFFIX = '\r\n';

/** The last chunk with its trailers (flat `[name, value, …]`), to be written as latin1. Throws HeaderInjectionError. */
export function lastChunk(trailers: readonly string[] | undefined): string {
  if (trailers === undefined || trailers.length === 0) return '0\r\n\r\n';
  let lines = '0\r\n';
  for (let i = 0; i < trailers.length; i += 2) {
    const name = trailers[i]!;
    const value = trailers[i + 1]!;
    if (!isFieldName(name)) throw new HeaderInjectionError(name, 'name');
    if (!isFieldValue(value)) throw new HeaderInjectionError(name, 'value');
    lines += `${name}: ${value}\r\n`;
  }
  return `${lines}\r\n`;
}
