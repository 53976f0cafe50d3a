import { LOWER_TOKEN } from './char-tables.ts';

/** What a field name means to the codec itself. Everything else is PLAIN. */
export const PLAIN = 0;
export const HOST = 1;
export const CONTENT_LENGTH = 2;
export const TRANSFER_ENCODING = 3;
export const CONNECTION = 4;
export const UPGRADE = 5;
export const EXPECT = 6;
/** Names that some peers read as a framing field (`_` for `-`, as CGI does): refused, because the next hop may be such a peer. */
export const LOOKALIKE = 7;

/** Stands for no meaning at all, where one is asked for. */
export const NOTHING = 255;

const MEANINGS: Readonly<Record<string, number>> = {
  host: HOST,
  'content-length': CONTENT_LENGTH,
  'transfer-encoding': TRANSFER_ENCODING,
  connection: CONNECTION,
  upgrade: UPGRADE,
  expect: EXPECT,
  content_length: LOOKALIKE,
  transfer_encoding: LOOKALIKE,
};

const COMMON = internalised(
  `accept accept-charset accept-encoding accept-language accept-ranges access-control-allow-credentials
access-control-allow-headers access-control-allow-methods access-control-allow-origin access-control-expose-headers
access-control-max-age access-control-request-headers access-control-request-method age allow alt-svc authorization
cache-control content-disposition content-encoding content-language content-location content-range content-security-policy
content-type cookie date dnt etag expires forwarded from grpc-accept-encoding grpc-encoding grpc-message grpc-status
grpc-timeout if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive last-modified link location
max-forwards origin pragma priority proxy-authenticate proxy-authorization proxy-connection range referer retry-after
sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user
sec-websocket-accept sec-websocket-extensions sec-websocket-key sec-websocket-protocol sec-websocket-version server
set-cookie strict-transport-security te trailer upgrade-insecure-requests user-agent vary via www-authenticate
x-b3-parentspanid x-b3-sampled x-b3-spanid x-b3-traceid x-content-type-options x-envoy-attempt-count
x-envoy-decorator-operation x-envoy-expected-rq-timeout-ms x-envoy-external-address x-envoy-original-path
x-envoy-peer-metadata x-envoy-peer-metadata-id x-envoy-upstream-service-time x-forwarded-client-cert x-forwarded-for
x-forwarded-host x-forwarded-port x-forwarded-proto x-frame-options x-powered-by x-real-ip x-request-id
x-requested-with x-weft-error x-xss-protection traceparent tracestate baggage b3`.split(/\s+/),
);

/**
 * The same texts as V8 keeps property names: flat and one of each, so that comparing with a literal compares addresses. Pieces of a
 * longer text are neither.
 */
function internalised(names: readonly string[]): readonly string[] {
  return Object.keys(Object.fromEntries(names.map((name) => [name, true])));
}

const LINE_STARTS: ReadonlyMap<string, string> = new Map(COMMON.map((name) => [name, `\r\n${name}: `]));

/** @hot Whether `name` is one of the names messages usually have: lower-case and well-formed without a look. */
export function isCommonName(name: string): boolean {
  return LINE_STARTS.has(name);
}

/** @hot The end of a line and `name: `, for names that messages usually have; undefined for others. */
export function lineStart(name: string): string | undefined {
  return LINE_STARTS.get(name);
}

const SLOTS = 2048;
const NAME_OF_SLOT: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
const MEANING_OF_SLOT = new Uint8Array(SLOTS);

/**
 * One step of the hash that the field scanner keeps while it reads a name (`lower` from LOWER_TOKEN). Each step waits for the one before:
 * a rotation and an exclusive or take half as long as a multiplication. The numbers here are chosen so that no two names share a slot.
 */
export function hashStep(hash: number, lower: number): number {
  return ((hash << 5) | (hash >>> 27)) ^ lower;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 8)) & (SLOTS - 1);
}

for (const name of [...Object.keys(MEANINGS), ...COMMON]) {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = hashStep(hash, name.charCodeAt(i));
  const slot = slotOf(hash);
  // Names with a meaning come first, so a collision can only cost a plain name its interning, never a framing field its meaning.
  if (NAME_OF_SLOT[slot] !== undefined) continue;
  NAME_OF_SLOT[slot] = name;
  MEANING_OF_SLOT[slot] = MEANINGS[name] ?? PLAIN;
}

/** @hot The slot of the interned name that stands (in any case) at `bytes[start, end)`, or -1. `hash` is its hashStep fold. */
export function internedSlot(hash: number, bytes: Uint8Array, start: number, end: number): number {
  const slot = slotOf(hash);
  const name = NAME_OF_SLOT[slot];
  if (name === undefined || name.length !== end - start) return -1;
  for (let i = start, j = 0; i < end; i++, j++) if (LOWER_TOKEN[bytes[i]!] !== name.charCodeAt(j)) return -1;
  return slot;
}

/** @hot The interned name of a slot that `internedSlot` returned. */
export function internedName(slot: number): string {
  return NAME_OF_SLOT[slot]!;
}

/** @hot What the name of a slot means to the codec; PLAIN for -1. */
export function meaningOfSlot(slot: number): number {
  return slot < 0 ? PLAIN : MEANING_OF_SLOT[slot]!;
}

/** The names that must be interned for the codec to be correct; a test holds the table to it. */
export const MEANINGFUL_NAMES: readonly string[] = Object.keys(MEANINGS);

/** The names that should be, because most messages have some of them. */
export const COMMON_NAMES: readonly string[] = COMMON;
