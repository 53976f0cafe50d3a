/** envoy.filters.http.buffer: holds a request until its body is complete, so that a slow client does not occupy the upstream; 413 beyond the limit. */

import { BufferPerRouteSchema, BufferSchema } from '@weft/xds/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
  STOP,
} from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { type BufferConfig, decodeBuffer, decodeBufferRoute } from './config.ts';

function create(config: BufferConfig, { name }: FilterContext): HttpFilter {
  return {
    onRequestHeaders(exchange, end) {
      if (end) return CONTINUE;
      const { maxBytes } = (exchange.overrides(name)?.[0] as BufferConfig | undefined) ?? config;
      // What is to be upgraded has no end to wait for.
      if (maxBytes === undefined || exchange.upgrade !== undefined) return CONTINUE;
      exchange.intake.buffer(maxBytes);
      return STOP;
    },
  };
}

export const buffer: HttpFilterKind = httpFilter({
  schema: BufferSchema,
  routeSchema: BufferPerRouteSchema,
  decode: decodeBuffer,
  decodeRoute: decodeBufferRoute,
  create,
  predict: neverReplies,
});
