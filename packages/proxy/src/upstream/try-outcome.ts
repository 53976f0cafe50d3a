/** What became of a try, for those who judge endpoints: outlier detection, and balancing by latency. */
import { type Endpoint, observeLatency } from '@weft/engine';
import type { ResponseHead } from '@weft/http';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { Exchange } from '../stream/exchange.ts';
import { outcomeStatus } from './grpc-http-status.ts';

/** What a failed try counts for at least, in milliseconds: an endpoint that fails at once must not look like a quick one. */
const FAILURE_MS = 1000;

/** @hot The response head came `elapsedMs` after the request was sent. One of 500 and above counts as a failure. */
export function tryAnswered(
  exchange: Exchange,
  cluster: UpstreamCluster,
  endpoint: Endpoint,
  head: ResponseHead,
  elapsedMs: number,
): void {
  const { policy } = cluster.config.lb;
  const { outlier } = endpoint;
  if (outlier === undefined && policy.kind !== 'peak-ewma') return;
  const status = outcomeStatus(exchange.request, head);
  outlier?.response(status);
  if (policy.kind !== 'peak-ewma') return;
  const latencyMs = status < 500 ? elapsedMs : Math.max(elapsedMs, FAILURE_MS);
  observeLatency(endpoint, latencyMs, cluster.loop.now, policy.decayMs);
}

/** No connection could be had, or it broke before the answer was complete. */
export function tryUnanswered(cluster: UpstreamCluster, endpoint: Endpoint): void {
  endpoint.outlier?.connectFailed();
  failed(cluster, endpoint, 0);
}

/** Nothing came within `limitMs` of the request, or of the part of it that was waited for. */
export function tryTimedOut(cluster: UpstreamCluster, endpoint: Endpoint, limitMs: number): void {
  endpoint.outlier?.timedOut();
  failed(cluster, endpoint, limitMs);
}

function failed(cluster: UpstreamCluster, endpoint: Endpoint, elapsedMs: number): void {
  const { policy } = cluster.config.lb;
  if (policy.kind !== 'peak-ewma') return;
  observeLatency(endpoint, Math.max(elapsedMs, FAILURE_MS), cluster.loop.now, policy.decayMs);
}
