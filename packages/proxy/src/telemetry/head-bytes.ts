import type { AccessRecord } from './access-record.ts';

/** @hot Bytes of names and values, uncompressed and without what separates them, as Envoy counts a header map. */
export function bytesOfHeaders(headers: readonly string[]): number {
  let bytes = 0;
  for (let i = 0; i < headers.length; i++) bytes += headers[i]!.length;
  return bytes;
}

const PSEUDO_NAMES = ':method:path:authority:scheme'.length;
const STATUS = ':status200'.length;

/** @hot The request's head, which as Envoy keeps it has pseudo-headers for its first line. */
export function requestHeadBytes(record: AccessRecord): number {
  const { method, path, authority, scheme, requestHeaders } = record;
  const line = method.length + path.length + authority.length + scheme.length;
  return PSEUDO_NAMES + line + bytesOfHeaders(requestHeaders);
}

/** @hot */
export function responseHeadBytes({ responseCode, responseHeaders }: AccessRecord): number {
  return responseCode === 0 ? 0 : STATUS + bytesOfHeaders(responseHeaders);
}
