import type { ReplyCode } from '../stream/replies.ts';

/** What a request is answered with whose connection could not be made. */
export function dialFailure(cause: Error | undefined): ReplyCode {
  const isLookup = cause !== undefined && 'syscall' in cause && cause.syscall === 'getaddrinfo';
  return isLookup ? 'DNS_FAILURE' : 'CONNECT_FAILURE';
}
