import { CLIENT_PREFACE } from '../http2/frames.ts';
import { HpackEncoder } from '../http2/hpack/encoder.ts';

/** One frame. */
export function frame(type: number, flags: number, streamId: number, payload: Buffer | string = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, bytes]);
}

/** Big-endian 32-bit numbers. */
export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** A SETTINGS payload. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  return Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 0xff]), uint32(value)])));
}

/** A header block that leaves the tables alone, from `name: value` lines. */
export function block(...fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const encoder = new HpackEncoder(0);
  encoder.begin();
  for (const [name, value] of fields) encoder.field(name, value);
  // The encoder announces its empty table first; a decoder takes that as it comes.
  return Buffer.from(encoder.end());
}

export const GET: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a'],
];
export const POST: readonly (readonly [string, string])[] = [[':method', 'POST'], ...GET.slice(1)];

/** What a client says first: the preface and empty SETTINGS. */
export const HELLO: Buffer = Buffer.concat([CLIENT_PREFACE, frame(4, 0, 0)]);
