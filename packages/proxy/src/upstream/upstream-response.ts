import { applyResponseHeaders, type ForwardPlan } from '@weft/engine';
import { type ResponseHead, setHeader } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';
import type { ExchangeFormat } from '../stream/exchange-format.ts';

/** @hot The upstream's head becomes the exchange's response: what the route adds and removes, and how long the upstream took. */
export function prepareUpstreamResponse(
  exchange: Exchange,
  plan: ForwardPlan,
  head: ResponseHead,
  format: ExchangeFormat,
  suppressEnvoyHeaders: boolean,
  tookMs: number,
): void {
  const { headers } = head;
  if (!suppressEnvoyHeaders) setHeader(headers, 'x-envoy-upstream-service-time', String(Math.round(tookMs)));
  exchange.status = head.status;
  exchange.responseHeaders = headers;
  applyResponseHeaders(plan, headers, format);
  if (plan.virtualHost.responseAttemptCount) {
    setHeader(headers, 'x-envoy-attempt-count', String(exchange.record.requestAttempts));
  }
}
