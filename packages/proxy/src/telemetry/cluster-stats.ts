/** Envoy's cluster statistics (docs: configuration/upstream/cluster_manager/cluster_stats), those that this proxy counts. */
import { StatScope, type StatsRegistry } from './registry.ts';
import type { Counter, Gauge, Histogram } from './stat.ts';
import { StatusClassCounters } from './status-class.ts';

/** `cluster.<name>.*` and `envoy_cluster_*{cluster_name}`. */
export class ClusterStats extends StatScope {
  readonly upstreamCxTotal: Counter = this.counter('upstream_cx_total');
  readonly upstreamCxActive: Gauge = this.gauge('upstream_cx_active');
  readonly upstreamCxHttp1Total: Counter = this.counter('upstream_cx_http1_total');
  readonly upstreamCxHttp2Total: Counter = this.counter('upstream_cx_http2_total');
  readonly upstreamCxConnectFail: Counter = this.counter('upstream_cx_connect_fail');
  readonly upstreamCxConnectTimeout: Counter = this.counter('upstream_cx_connect_timeout');
  readonly upstreamCxConnectMs: Histogram = this.histogram('upstream_cx_connect_ms');
  readonly upstreamCxLengthMs: Histogram = this.histogram('upstream_cx_length_ms');
  readonly upstreamCxOverflow: Counter = this.counter('upstream_cx_overflow');
  readonly upstreamCxIdleTimeout: Counter = this.counter('upstream_cx_idle_timeout');
  readonly upstreamCxMaxRequests: Counter = this.counter('upstream_cx_max_requests');
  readonly upstreamCxMaxDurationReached: Counter = this.counter('upstream_cx_max_duration_reached');
  readonly upstreamCxProtocolError: Counter = this.counter('upstream_cx_protocol_error');
  readonly upstreamCxNoneHealthy: Counter = this.counter('upstream_cx_none_healthy');
  readonly upstreamCxDestroy: Counter = this.counter('upstream_cx_destroy');
  readonly upstreamCxDestroyWithActiveRq: Counter = this.counter('upstream_cx_destroy_with_active_rq');
  readonly upstreamCxRxBytesTotal: Counter = this.counter('upstream_cx_rx_bytes_total');
  readonly upstreamCxTxBytesTotal: Counter = this.counter('upstream_cx_tx_bytes_total');
  readonly upstreamRqTotal: Counter = this.counter('upstream_rq_total');
  readonly upstreamRqActive: Gauge = this.gauge('upstream_rq_active');
  readonly upstreamRqCompleted: Counter = this.counter('upstream_rq_completed');
  readonly upstreamRqPendingTotal: Counter = this.counter('upstream_rq_pending_total');
  readonly upstreamRqPendingActive: Gauge = this.gauge('upstream_rq_pending_active');
  readonly upstreamRqPendingOverflow: Counter = this.counter('upstream_rq_pending_overflow');
  readonly upstreamRqPendingFailureEject: Counter = this.counter('upstream_rq_pending_failure_eject');
  readonly upstreamRqCancelled: Counter = this.counter('upstream_rq_cancelled');
  readonly upstreamRqTimeout: Counter = this.counter('upstream_rq_timeout');
  readonly upstreamRqPerTryTimeout: Counter = this.counter('upstream_rq_per_try_timeout');
  readonly upstreamRqPerTryIdleTimeout: Counter = this.counter('upstream_rq_per_try_idle_timeout');
  readonly upstreamRqMaxDurationReached: Counter = this.counter('upstream_rq_max_duration_reached');
  readonly upstreamRqRxReset: Counter = this.counter('upstream_rq_rx_reset');
  readonly upstreamRqTxReset: Counter = this.counter('upstream_rq_tx_reset');
  readonly upstreamRqRetry: Counter = this.counter('upstream_rq_retry');
  readonly upstreamRqRetrySuccess: Counter = this.counter('upstream_rq_retry_success');
  readonly upstreamRqRetryOverflow: Counter = this.counter('upstream_rq_retry_overflow');
  readonly upstreamRqRetryLimitExceeded: Counter = this.counter('upstream_rq_retry_limit_exceeded');
  readonly upstreamRqTime: Histogram = this.histogram('upstream_rq_time');
  /** `upstream_rq_1xx` … `upstream_rq_5xx`: final responses by class. */
  readonly upstreamRqByClass: StatusClassCounters = new StatusClassCounters(this, 'upstream_rq');
  readonly membershipTotal: Gauge = this.gauge('membership_total');
  readonly membershipHealthy: Gauge = this.gauge('membership_healthy');
  readonly membershipDegraded: Gauge = this.gauge('membership_degraded');
  readonly membershipChange: Counter = this.counter('membership_change');
  readonly assignmentStale: Counter = this.counter('assignment_stale');
  readonly updateSuccess: Counter = this.counter('update_success');
  readonly updateRejected: Counter = this.counter('update_rejected');
  readonly lbHealthyPanic: Counter = this.counter('lb_healthy_panic');
  readonly sslHandshake: Counter = this.counter('ssl.handshake');
  readonly sslConnectionError: Counter = this.counter('ssl.connection_error');
  readonly sslFailVerifyError: Counter = this.counter('ssl.fail_verify_error');
  readonly sslFailVerifySan: Counter = this.counter('ssl.fail_verify_san');

  constructor(name: string) {
    super(`cluster.${name}.`, 'envoy_cluster_', [['cluster_name', name]]);
  }
}

/**
 * The statistics of a cluster, the same ones again when the cluster is updated.
 *
 * @param name the cluster's `alt_stat_name` when it has one, else its name
 */
export function clusterStats(registry: StatsRegistry, name: string): ClusterStats {
  return registry.scope(`cluster.${name}.`, () => new ClusterStats(name));
}
