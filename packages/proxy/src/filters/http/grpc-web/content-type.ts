import { headerValue } from '@weft/http';

/** The content types of gRPC-Web that are bridged: protobuf messages, as bytes or as base64 text. */
const BINARY: ReadonlySet<string> = new Set(['application/grpc-web', 'application/grpc-web+proto']);
const TEXT: ReadonlySet<string> = new Set(['application/grpc-web-text', 'application/grpc-web-text+proto']);

export const BINARY_RESPONSE = 'application/grpc-web+proto';
export const TEXT_RESPONSE = 'application/grpc-web-text+proto';

export type GrpcWebForm = 'binary' | 'text';

/** @hot The form of gRPC-Web that a header names, if it names one. */
export function grpcWebForm(value: string | undefined): GrpcWebForm | undefined {
  if (value === undefined) return undefined;
  if (BINARY.has(value)) return 'binary';
  return TEXT.has(value) ? 'text' : undefined;
}

/** Whether the head of a response is one of gRPC, or of gRPC-Web already: 200 and its content type (gRPC over HTTP/2, "Responses"). */
export function isGrpcResponse(status: number, headers: readonly string[]): boolean {
  if (status !== 200) return false;
  const type = (headerValue(headers, 'content-type') ?? '').split(';', 1)[0] ?? '';
  const bare = type.trim().toLowerCase();
  return bare === 'application/grpc' || bare.startsWith('application/grpc+') || BINARY.has(bare);
}
