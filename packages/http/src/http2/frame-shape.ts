import { type Http2Fault, http2Fault } from './errors.ts';
import type { FrameReader } from './frame-reader.ts';
import {
  ACK,
  CONTINUATION,
  DATA,
  GOAWAY,
  HEADERS,
  PING,
  PRIORITY,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frames.ts';

/** @hot What is wrong with a frame by its header alone: the length and the stream that its type demands (RFC 9113 §6). */
export function frameShapeFault({ type, streamId, length, flags }: FrameReader): Http2Fault | undefined {
  switch (type) {
    case DATA:
    case HEADERS:
    case CONTINUATION:
    case PRIORITY:
    case RST_STREAM:
      if (streamId === 0) return http2Fault('PROTOCOL_ERROR', `frame type ${type} on stream 0 (RFC 9113 §6)`);
      return type === RST_STREAM && length !== 4 ? wrongLength(type, length) : undefined;
    case SETTINGS:
      if (streamId !== 0) return onAStream(type, streamId);
      return ((flags & ACK) !== 0 ? length !== 0 : length % 6 !== 0) ? wrongLength(type, length) : undefined;
    case PING:
      if (streamId !== 0) return onAStream(type, streamId);
      return length !== 8 ? wrongLength(type, length) : undefined;
    case GOAWAY:
      if (streamId !== 0) return onAStream(type, streamId);
      return length < 8 ? wrongLength(type, length) : undefined;
    case WINDOW_UPDATE:
      return length !== 4 ? wrongLength(type, length) : undefined;
    case PUSH_PROMISE:
      return http2Fault('PROTOCOL_ERROR', 'PUSH_PROMISE, which we never enable (RFC 9113 §8.4)');
    default:
      return undefined;
  }
}

function wrongLength(type: number, length: number): Http2Fault {
  return http2Fault('FRAME_SIZE_ERROR', `frame type ${type} of ${length} bytes (RFC 9113 §6)`);
}

function onAStream(type: number, streamId: number): Http2Fault {
  return http2Fault('PROTOCOL_ERROR', `frame type ${type} on stream ${streamId} (RFC 9113 §6)`);
}
