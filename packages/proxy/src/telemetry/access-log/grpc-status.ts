import type { AccessRecord } from '../access-record.ts';
import { headerOf } from './header-of.ts';

/** gRPC's status codes in order (grpc/grpc doc/statuscodes.md), in the camel case that Envoy logs. */
const CAMEL = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

/** The numeric `grpc-status` as text: of the trailers, or of a trailers-only response's head; undefined when there is none. */
export function grpcStatusOf(record: AccessRecord): string | undefined {
  return headerOf(record.responseTrailers, 'grpc-status') ?? headerOf(record.responseHeaders, 'grpc-status');
}

/** `5` → `NotFound`; a code outside the table stays a number. */
export function camelGrpcStatus(code: string): string {
  return CAMEL[Number(code)] ?? code;
}

/** `5` → `NOT_FOUND`. */
export function snakeGrpcStatus(code: string): string {
  return camelGrpcStatus(code)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase();
}
