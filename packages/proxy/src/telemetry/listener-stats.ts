/** Envoy's listener, TCP proxy and listener-manager statistics, those that this proxy counts. */
import { StatScope, type StatsRegistry } from './registry.ts';
import type { Counter, Gauge, Histogram } from './stat.ts';

/** `listener.<address>.*` and `envoy_listener_*{listener_address}` (docs: configuration/listeners/stats). */
export class ListenerStats extends StatScope {
  readonly downstreamCxTotal: Counter = this.counter('downstream_cx_total');
  readonly downstreamCxActive: Gauge = this.gauge('downstream_cx_active');
  readonly downstreamCxDestroy: Counter = this.counter('downstream_cx_destroy');
  readonly downstreamCxOverflow: Counter = this.counter('downstream_cx_overflow');
  readonly downstreamGlobalCxOverflow: Counter = this.counter('downstream_global_cx_overflow');
  readonly downstreamCxOverloadReject: Counter = this.counter('downstream_cx_overload_reject');
  readonly downstreamCxTransportSocketConnectTimeout: Counter = this.counter(
    'downstream_cx_transport_socket_connect_timeout',
  );
  readonly downstreamPreCxTimeout: Counter = this.counter('downstream_pre_cx_timeout');
  readonly downstreamPreCxActive: Gauge = this.gauge('downstream_pre_cx_active');
  readonly downstreamCxLengthMs: Histogram = this.histogram('downstream_cx_length_ms');
  readonly noFilterChainMatch: Counter = this.counter('no_filter_chain_match');
  readonly sslHandshake: Counter = this.counter('ssl.handshake');
  readonly sslConnectionError: Counter = this.counter('ssl.connection_error');
  readonly sslFailVerifyError: Counter = this.counter('ssl.fail_verify_error');
  readonly sslFailVerifySan: Counter = this.counter('ssl.fail_verify_san');
  readonly sslFailVerifyNoCert: Counter = this.counter('ssl.fail_verify_no_cert');

  constructor(address: string) {
    super(`listener.${address}.`, 'envoy_listener_', [['listener_address', address]]);
  }
}

/**
 * The statistics of a listener.
 *
 * @param address the listener's `stat_prefix`, else `0.0.0.0_8080`: the address with `_` before the port, `[::]_8080` for IPv6
 */
export function listenerStats(registry: StatsRegistry, address: string): ListenerStats {
  return registry.scope(`listener.${address}.`, () => new ListenerStats(address));
}

/** `tcp.<stat_prefix>.*` and `envoy_tcp_*{tcp_prefix}` (docs: configuration/listeners/network_filters/tcp_proxy_filter). */
export class TcpStats extends StatScope {
  readonly downstreamCxTotal: Counter = this.counter('downstream_cx_total');
  readonly downstreamCxNoRoute: Counter = this.counter('downstream_cx_no_route');
  readonly downstreamCxRxBytesTotal: Counter = this.counter('downstream_cx_rx_bytes_total');
  readonly downstreamCxTxBytesTotal: Counter = this.counter('downstream_cx_tx_bytes_total');
  readonly idleTimeout: Counter = this.counter('idle_timeout');
  readonly maxDownstreamConnectionDuration: Counter = this.counter('max_downstream_connection_duration');

  constructor(prefix: string) {
    super(`tcp.${prefix}.`, 'envoy_tcp_', [['tcp_prefix', prefix]]);
  }
}

/** The statistics of every TCP proxy with this `stat_prefix`. */
export function tcpStats(registry: StatsRegistry, statPrefix: string): TcpStats {
  return registry.scope(`tcp.${statPrefix}.`, () => new TcpStats(statPrefix));
}
