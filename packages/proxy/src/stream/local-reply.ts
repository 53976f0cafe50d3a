/** The replies the proxy makes itself: a row of REPLIES, what the caller says differently, and the form its client understands. */
import { applyResponseHeaders } from '@weft/engine';
import { type HeaderBlock, NO_BODY } from '@weft/http';
import type { Exchange } from './exchange.ts';
import { ExchangeFormat } from './exchange-format.ts';
import { asGrpcReply, isGrpcRequest } from './grpc-reply.ts';
import { grpcStatusOfReply, isError, REPLIES, type ReplyCode, statusOfReply } from './replies.ts';

/** What a reply may say differently from its row in the table. */
export interface ReplyOptions {
  readonly status?: number;
  readonly body?: string | Uint8Array;
  readonly headers?: HeaderBlock;
  /** `text/plain` unless told; empty leaves the header to `headers`. */
  readonly contentType?: string;
  /** Why, in words, for the log. */
  readonly cause?: string;
  readonly flag?: string;
  /** Envoy's RESPONSE_CODE_DETAILS. */
  readonly details?: string;
}

/**
 * Answers `exchange` with the row of `code`: HTTP, trailers-only gRPC for a gRPC request, or for gRPC-Web an HTTP status with gRPC's
 * beside it, as Envoy's filter leaves it.
 */
export function sendLocalReply(exchange: Exchange, code: ReplyCode, options: ReplyOptions): void {
  const row = REPLIES[code];
  const { body = row.body, headers = [] } = options;
  const bytes =
    typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const status = options.status ?? statusOfReply(code, exchange.requestDone);
  const contentType = options.contentType ?? 'text/plain';
  // What a route adds to responses it adds to those of the proxy too; redirects and direct responses have theirs already.
  if (exchange.plan?.kind === 'forward') applyResponseHeaders(exchange.plan, headers, new ExchangeFormat(exchange));
  const grpc = isGrpcRequest(exchange.request.headers) && (status < 300 || status >= 400);
  if (grpc) asGrpcReply(headers, status, bytes.toString('utf8'), grpcStatusOfReply(code));
  else if (bytes.length > 0 && contentType !== '') headers.push('content-type', contentType);
  if (isError(code)) {
    headers.push('x-weft-error', code);
    const { cause, path, authority } = exchange.record;
    exchange.manager.logger.debug('answered for the upstream', { code, cause, path, authority });
  }
  if (grpc) {
    if (exchange.grpcWeb) exchange.respond(status, '', headers, 0, true);
    else exchange.respond(200, '', headers, NO_BODY, true);
    return;
  }
  const hasBody = bytes.length > 0;
  exchange.respond(status, '', headers, hasBody ? bytes.length : NO_BODY, !hasBody);
  if (!hasBody || exchange.ended) return;
  exchange.respondBody(bytes);
  exchange.respondEnd(undefined);
}
