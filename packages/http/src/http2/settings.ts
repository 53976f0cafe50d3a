import { type Http2Fault, http2Fault } from './errors.ts';
import { DEFAULT_MAX_FRAME, DEFAULT_WINDOW, LARGEST_MAX_FRAME, MAX_WINDOW } from './frames.ts';
import type { Http2Limits } from './limits.ts';

const HEADER_TABLE_SIZE = 1;
const ENABLE_PUSH = 2;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME_SIZE = 5;
const MAX_HEADER_LIST_SIZE = 6;
const ENABLE_CONNECT_PROTOCOL = 8;

/** What the peer told us (RFC 9113 §6.5.2, RFC 8441 §3); the defaults until it does. Its header-list limit is advice we cannot act on. */
export class PeerSettings {
  headerTableSize = 4096;
  maxConcurrentStreams: number = Number.POSITIVE_INFINITY;
  initialWindow: number = DEFAULT_WINDOW;
  maxFrame: number = DEFAULT_MAX_FRAME;
  enableConnect = false;

  /** Applies the payload of a SETTINGS frame, in order; a fault when a value is not allowed. */
  apply(bytes: Uint8Array, start: number, end: number): Http2Fault | undefined {
    for (let at = start; at + 6 <= end; at += 6) {
      const id = (bytes[at]! << 8) | bytes[at + 1]!;
      const value = ((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0;
      const fault = this.#set(id, value);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #set(id: number, value: number): Http2Fault | undefined {
    switch (id) {
      case HEADER_TABLE_SIZE:
        this.headerTableSize = value;
        return undefined;
      case ENABLE_PUSH:
        return value > 1
          ? http2Fault('PROTOCOL_ERROR', `SETTINGS_ENABLE_PUSH is ${value}, not 0 or 1 (RFC 9113 §6.5.2)`)
          : undefined;
      case MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        return undefined;
      case INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW)
          return http2Fault(
            'FLOW_CONTROL_ERROR',
            `SETTINGS_INITIAL_WINDOW_SIZE is ${value}, above 2^31-1 (RFC 9113 §6.5.2)`,
          );
        this.initialWindow = value;
        return undefined;
      case MAX_FRAME_SIZE:
        if (value < DEFAULT_MAX_FRAME || value > LARGEST_MAX_FRAME) {
          return http2Fault(
            'PROTOCOL_ERROR',
            `SETTINGS_MAX_FRAME_SIZE is ${value}, outside 2^14 to 2^24-1 (RFC 9113 §6.5.2)`,
          );
        }
        this.maxFrame = value;
        return undefined;
      case ENABLE_CONNECT_PROTOCOL:
        if (value > 1)
          return http2Fault('PROTOCOL_ERROR', `SETTINGS_ENABLE_CONNECT_PROTOCOL is ${value}, not 0 or 1 (RFC 8441 §3)`);
        this.enableConnect = value === 1;
        return undefined;
      default:
        return undefined;
    }
  }
}

/** Our settings as pairs of identifier and value. */
export function ownSettings(
  limits: Http2Limits,
  role: 'server' | 'client',
  enableConnect: boolean,
): readonly (readonly [id: number, value: number])[] {
  const pairs: (readonly [number, number])[] = [
    [INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
    [MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes],
  ];
  if (limits.headerTableBytes !== 4096) pairs.push([HEADER_TABLE_SIZE, limits.headerTableBytes]);
  if (limits.maxFrameBytes !== DEFAULT_MAX_FRAME) pairs.push([MAX_FRAME_SIZE, limits.maxFrameBytes]);
  if (role === 'client') pairs.push([ENABLE_PUSH, 0]);
  else pairs.push([MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams]);
  if (role === 'server' && enableConnect) pairs.push([ENABLE_CONNECT_PROTOCOL, 1]);
  return pairs;
}
