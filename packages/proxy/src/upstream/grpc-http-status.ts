import { headerValue, type RequestHead, type ResponseHead } from '@weft/http';

/** The HTTP status that each gRPC status stands for, by number (grpc/grpc doc/http-grpc-status-mapping.md, read backwards; Envoy, "grpcToHttpStatus"). */
const HTTP_STATUS: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];
const UNKNOWN = 500;

/** How well the upstream did, as an HTTP status: a gRPC answer without a body says so in `grpc-status`, its HTTP status is always 200. */
export function outcomeStatus(request: RequestHead, response: ResponseHead): number {
  const text = headerValue(response.headers, 'grpc-status');
  if (text === undefined) return response.status;
  const contentType = headerValue(request.headers, 'content-type');
  if (contentType?.startsWith('application/grpc') !== true) return response.status;
  return HTTP_STATUS[Number(text)] ?? UNKNOWN;
}
