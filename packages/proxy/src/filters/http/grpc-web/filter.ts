/**
 * envoy.filters.http.grpc_web: browsers' gRPC-Web towards gRPC upstreams (grpc/grpc doc/PROTOCOL-WEB.md).
 * in: a request of a gRPC-Web content type   out: a gRPC request, and its answer with the trailers as the body's last frame
 */
import { CHUNKED, hasHeader, NO_BODY, removeHeader, setHeader } from '@weft/http';
import { GrpcWebSchema } from '@weft/xds/gen/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { headerOf } from '../../../telemetry/access-log/header-of.ts';
import { GrpcCallStats, grpcMethodOf, statusOf } from '../../../telemetry/grpc-call-stats.ts';
import { GrpcWebBodies } from './bodies.ts';
import { BINARY_RESPONSE, type GrpcWebForm, grpcWebForm, isGrpcResponse, TEXT_RESPONSE } from './content-type.ts';

/** What a stream remembers between its request and its response. */
interface Bridged {
  readonly bodies: GrpcWebBodies;
  readonly response: GrpcWebForm;
}

/** Makes a gRPC request of the head; the bodies follow as they pass. */
function bridge(exchange: Exchange, form: GrpcWebForm): Bridged {
  const { request } = exchange;
  const { headers } = request;
  const response = grpcWebForm(headerOf(headers, 'accept')) === 'text' ? 'text' : 'binary';
  // The length is that of the client's form of the body, which the upstream does not get.
  removeHeader(headers, 'content-length');
  if (request.framing !== NO_BODY) request.framing = CHUNKED;
  setHeader(headers, 'content-type', 'application/grpc');
  setHeader(headers, 'te', 'trailers');
  if (!hasHeader(headers, 'grpc-accept-encoding')) headers.push('grpc-accept-encoding', 'identity');
  const bodies = new GrpcWebBodies(exchange, form, response);
  exchange.rewrite = bodies;
  exchange.grpcWeb = true;
  return { bodies, response };
}

function create(_config: undefined, { slot, stats: registry, clusters }: FilterContext): HttpFilter {
  const stats = new GrpcCallStats(registry, clusters, 'grpc-web');
  return {
    onRequestHeaders(exchange) {
      const form = grpcWebForm(headerOf(exchange.request.headers, 'content-type'));
      if (form !== undefined) exchange.slots[slot] = bridge(exchange, form);
      return CONTINUE;
    },
    onResponseHeaders(exchange, end) {
      const bridged = exchange.slots[slot] as Bridged | undefined;
      if (bridged === undefined) return;
      const { responseHeaders: headers } = exchange;
      if (!end && !isGrpcResponse(exchange.status, headers)) bridged.bodies.holdResponse();
      removeHeader(headers, 'content-length');
      setHeader(headers, 'content-type', bridged.response === 'text' ? TEXT_RESPONSE : BINARY_RESPONSE);
      if (!end) exchange.responseFraming = CHUNKED;
    },
    onEnd(exchange) {
      if (exchange.slots[slot] === undefined) return;
      const method = grpcMethodOf(exchange.request.path);
      if (method !== undefined) stats.of(exchange, method)?.charge(statusOf(exchange.record));
    },
  };
}

export const grpcWeb: HttpFilterKind = httpFilter({
  schema: GrpcWebSchema,
  // The message has no fields: presence is all it says.
  decode: () => ({ ok: true, value: undefined, issues: [] }),
  create,
  predict: neverReplies,
});
