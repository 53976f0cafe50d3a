/** Answers of the proxy's own to gRPC requests: a status in the head and nothing else ("Trailers-Only", gRPC over HTTP2). */
import { type HeaderBlock, hasHeader, headerValue, setHeader } from '@weft/http';

const INTERNAL = 13;
const UNKNOWN = 2;
const UNAVAILABLE = 14;

/** gRPC's own mapping (doc/http-grpc-status-mapping.md), which Envoy follows. */
const GRPC_OF_HTTP: Readonly<Record<number, number>> = {
  400: INTERNAL,
  401: 16,
  403: 7,
  404: 12,
  429: UNAVAILABLE,
  502: UNAVAILABLE,
  503: UNAVAILABLE,
  504: UNAVAILABLE,
};

/** Whether a request is a gRPC call: `application/grpc`, perhaps with a subtype or parameters. gRPC-Web is something else. */
export function isGrpcRequest(headers: readonly string[]): boolean {
  const type = headerValue(headers, 'content-type');
  if (type === undefined || !type.startsWith('application/grpc')) return false;
  return type.length === 16 || type[16] === '+' || type[16] === ';';
}

export function grpcStatusOfHttp(status: number): number {
  return GRPC_OF_HTTP[status] ?? UNKNOWN;
}

/**
 * Turns the headers of a reply with `status` and `message` into those of a gRPC answer, in place; its HTTP status is 200.
 *
 * @param grpcStatus when it is another than the one `status` stands for
 */
export function asGrpcReply(headers: HeaderBlock, status: number, message: string, grpcStatus?: number): void {
  setHeader(headers, 'content-type', 'application/grpc');
  setGrpcStatus(headers, grpcStatus ?? grpcStatusOfHttp(status), message);
}

/** Adds a status and its message to a head, in place. A status that is there stays. */
export function setGrpcStatus(headers: HeaderBlock, grpcStatus: number, message: string): void {
  if (!hasHeader(headers, 'grpc-status')) headers.push('grpc-status', String(grpcStatus));
  if (message !== '') setHeader(headers, 'grpc-message', percentEncoded(message));
}

/** `grpc-message`: UTF-8, with everything but visible ASCII, and the percent sign itself, percent-encoded. */
function percentEncoded(message: string): string {
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) encoded += String.fromCharCode(byte);
    else encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
