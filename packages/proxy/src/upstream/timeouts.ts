import { type ForwardAction, requestTimeouts } from '@weft/engine';
import { type HeaderBlock, headerValue, removeHeader } from '@weft/http';

/** How long a request may take. Milliseconds; 0 is no limit. */
export interface Timeouts {
  readonly globalMs: number;
  readonly perTryMs: number;
  /** The client wants 204 instead of 504 (`x-envoy-upstream-rq-timeout-alt-response`). */
  readonly altResponse: boolean;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/**
 * @hot The route's timeouts, as `grpc-timeout` and the `x-envoy-upstream-rq-*-timeout-ms` headers change them; those headers were removed
 * before if the client is not trusted (Envoy, FilterUtility::finalTimeout).
 */
export function routeTimeouts(action: ForwardAction, headers: HeaderBlock): Timeouts {
  const grpcTimeout = action.grpcTimeout === undefined ? undefined : headerValue(headers, 'grpc-timeout');
  let globalMs = requestTimeouts(action, grpcTimeout).timeoutMs;
  let perTryMs = action.retry?.perTryTimeoutMs ?? 0;
  const header = wholeNumber(headerValue(headers, 'x-envoy-upstream-rq-timeout-ms'));
  if (header !== undefined) {
    globalMs = header;
    removeHeader(headers, 'x-envoy-upstream-rq-timeout-ms');
  }
  const perTryHeader = wholeNumber(headerValue(headers, 'x-envoy-upstream-rq-per-try-timeout-ms'));
  if (perTryHeader !== undefined) {
    perTryMs = perTryHeader;
    removeHeader(headers, 'x-envoy-upstream-rq-per-try-timeout-ms');
  }
  if (globalMs > 0 && perTryMs >= globalMs) perTryMs = 0;
  const altResponse = removeHeader(headers, 'x-envoy-upstream-rq-timeout-alt-response');
  return { globalMs, perTryMs, altResponse };
}
