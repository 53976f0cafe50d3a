export type { Framing } from './framing.ts';
export { CHUNKED, NO_BODY, UNTIL_CLOSE, UNTIL_END_STREAM } from './framing.ts';
export type { HttpVersion, RequestHead, ResponseHead } from './head.ts';
export type { HeaderBlock } from './header-block.ts';
export {
  appendHeader,
  cutHeaders,
  hasHeader,
  headerValue,
  joinedHeader,
  removeHeader,
  setHeader,
} from './header-block.ts';
export { CHUNK_SUFFIX, chunkPrefix, lastChunk } from './http1/chunk-encoder.ts';
export type { FaultCode, HttpFault } from './http1/faults.ts';
export { httpFault } from './http1/faults.ts';
export { HeaderInjectionError, isSafeHeader } from './http1/header-safety.ts';
export { stripHopByHop } from './http1/hop-by-hop.ts';
export type { Http1Limits, Http1Options, Http1Tolerance } from './http1/limits.ts';
export { HTTP1_LIMITS } from './http1/limits.ts';
export { RequestParser, type RequestParserOptions } from './http1/request-parser.ts';
export { ResponseParser } from './http1/response-parser.ts';
export {
  type Connection,
  type OutgoingRequest,
  serialiseRequestHead,
  serialiseResponseHead,
} from './http1/serialise.ts';
export type { RequestSink, ResponseSink } from './http1/sinks.ts';
export { Http2ClientConnection, Http2ClientStream, type OutgoingHttp2Request } from './http2/client.ts';
export { HTTP2_ERRORS, type Http2ErrorName, type Http2Fault, http2ErrorName } from './http2/errors.ts';
export { CLIENT_PREFACE } from './http2/frames.ts';
export { HTTP2_LIMITS, type Http2Limits } from './http2/limits.ts';
export { Http2ServerConnection, type Http2ServerSink, Http2ServerStream } from './http2/server.ts';
export type { Http2RequestSink, Http2ResponseSink, StreamReset, StreamSink } from './http2/sinks.ts';
export type { Http2Stream } from './http2/stream.ts';
export type { Http2ConnectionSink, Http2Options } from './http2/stream-table.ts';
