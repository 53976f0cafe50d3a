import type { Decoded } from '@weft/base';
import { checkFields, Issues, type SupportedMessages } from '@weft/engine';
import {
  type Buffer as BufferMessage,
  type BufferPerRoute,
  BufferPerRouteSchema,
  BufferSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb';

/** How many bytes of a request may be held until it is complete; undefined: it is not held. */
export interface BufferConfig {
  readonly maxBytes: number | undefined;
}

const SUPPORTED: SupportedMessages = {
  'envoy.extensions.filters.http.buffer.v3.Buffer': { read: ['max_request_bytes'] },
  'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': { read: ['disabled', 'buffer'] },
};

function maxBytesOf(message: BufferMessage, at: string, issues: Issues): number {
  const bytes = message.maxRequestBytes ?? 0;
  if (bytes === 0) issues.error(`${at}.max_request_bytes`, 'invalid-value', 'is 0 or not given', 'at least 1');
  return bytes;
}

export function decodeBuffer(message: BufferMessage, at: string): Decoded<BufferConfig> {
  const issues = new Issues('Buffer');
  checkFields(BufferSchema, message, at, SUPPORTED, issues);
  return issues.end({ maxBytes: maxBytesOf(message, at, issues) });
}

export function decodeBufferRoute(message: BufferPerRoute, at: string): Decoded<BufferConfig> {
  const issues = new Issues('BufferPerRoute');
  checkFields(BufferPerRouteSchema, message, at, SUPPORTED, issues);
  const { override } = message;
  if (override.case === 'buffer') {
    return issues.end<BufferConfig>({ maxBytes: maxBytesOf(override.value, `${at}.buffer`, issues) });
  }
  if (override.case === undefined)
    issues.error(at, 'missing-field', 'says nothing', 'disabled: true, or buffer with max_request_bytes');
  else if (!override.value) issues.error(`${at}.disabled`, 'invalid-value', 'is false', 'true, or buffer instead');
  return issues.end<BufferConfig>({ maxBytes: undefined });
}
