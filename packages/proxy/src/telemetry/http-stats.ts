/** Envoy's HTTP connection manager statistics (docs: configuration/http/http_conn_man/stats), those that this proxy counts. */
import { StatScope, type StatsRegistry } from './registry.ts';
import type { Counter, Gauge, Histogram } from './stat.ts';
import { StatusClassCounters } from './status-class.ts';

/** `http.<stat_prefix>.*` and `envoy_http_*{http_conn_manager_prefix}`. */
export class HttpStats extends StatScope {
  readonly downstreamCxTotal: Counter = this.counter('downstream_cx_total');
  readonly downstreamCxActive: Gauge = this.gauge('downstream_cx_active');
  readonly downstreamCxHttp1Total: Counter = this.counter('downstream_cx_http1_total');
  readonly downstreamCxHttp1Active: Gauge = this.gauge('downstream_cx_http1_active');
  readonly downstreamCxHttp2Total: Counter = this.counter('downstream_cx_http2_total');
  readonly downstreamCxHttp2Active: Gauge = this.gauge('downstream_cx_http2_active');
  readonly downstreamCxSslTotal: Counter = this.counter('downstream_cx_ssl_total');
  readonly downstreamCxUpgradesTotal: Counter = this.counter('downstream_cx_upgrades_total');
  readonly downstreamCxUpgradesActive: Gauge = this.gauge('downstream_cx_upgrades_active');
  readonly downstreamCxIdleTimeout: Counter = this.counter('downstream_cx_idle_timeout');
  readonly downstreamCxProtocolError: Counter = this.counter('downstream_cx_protocol_error');
  readonly downstreamCxDrainClose: Counter = this.counter('downstream_cx_drain_close');
  readonly downstreamCxDestroyActiveRq: Counter = this.counter('downstream_cx_destroy_active_rq');
  readonly downstreamCxMaxRequestsReached: Counter = this.counter('downstream_cx_max_requests_reached');
  readonly downstreamCxRxBytesTotal: Counter = this.counter('downstream_cx_rx_bytes_total');
  readonly downstreamCxTxBytesTotal: Counter = this.counter('downstream_cx_tx_bytes_total');
  readonly downstreamCxLengthMs: Histogram = this.histogram('downstream_cx_length_ms');
  readonly downstreamRqTotal: Counter = this.counter('downstream_rq_total');
  readonly downstreamRqHttp1Total: Counter = this.counter('downstream_rq_http1_total');
  readonly downstreamRqHttp2Total: Counter = this.counter('downstream_rq_http2_total');
  readonly downstreamRqActive: Gauge = this.gauge('downstream_rq_active');
  readonly downstreamRqCompleted: Counter = this.counter('downstream_rq_completed');
  /** `downstream_rq_1xx` … `downstream_rq_5xx`. */
  readonly downstreamRqByClass: StatusClassCounters = new StatusClassCounters(this, 'downstream_rq');
  readonly downstreamRqRxReset: Counter = this.counter('downstream_rq_rx_reset');
  readonly downstreamRqTxReset: Counter = this.counter('downstream_rq_tx_reset');
  readonly downstreamRqTimeout: Counter = this.counter('downstream_rq_timeout');
  readonly downstreamRqIdleTimeout: Counter = this.counter('downstream_rq_idle_timeout');
  readonly downstreamRqHeaderTimeout: Counter = this.counter('downstream_rq_header_timeout');
  readonly downstreamRqTooLarge: Counter = this.counter('downstream_rq_too_large');
  readonly downstreamRqOverloadClose: Counter = this.counter('downstream_rq_overload_close');
  readonly downstreamRqNonRelativePath: Counter = this.counter('downstream_rq_non_relative_path');
  readonly downstreamRqWsOnNonWsRoute: Counter = this.counter('downstream_rq_ws_on_non_ws_route');
  readonly downstreamRqTime: Histogram = this.histogram('downstream_rq_time');
  readonly noRoute: Counter = this.counter('no_route');
  readonly noCluster: Counter = this.counter('no_cluster');
  readonly rqRedirect: Counter = this.counter('rq_redirect');
  readonly rqDirectResponse: Counter = this.counter('rq_direct_response');
  readonly rqTotal: Counter = this.counter('rq_total');

  constructor(prefix: string) {
    super(`http.${prefix}.`, 'envoy_http_', [['http_conn_manager_prefix', prefix]]);
  }
}

/** The statistics of every connection manager with this `stat_prefix`. */
export function httpStats(registry: StatsRegistry, statPrefix: string): HttpStats {
  return registry.scope(`http.${statPrefix}.`, () => new HttpStats(statPrefix));
}
