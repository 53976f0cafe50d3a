import type { Decoded } from '@weft/base';
import { checkFields, durationOr, Issues, SHARED_MESSAGES, type SupportedMessages } from '@weft/engine';
import {
  type TcpProxy,
  TcpProxySchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';
import { decodeTunnel, type TunnelConfig } from './tunnel-config.ts';

/** Where connections go and how long they may be silent. Milliseconds; 0 is no limit. */
export interface TcpProxyConfig {
  readonly statPrefix: string;
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  readonly totalWeight: number;
  readonly idleTimeoutMs: number;
  readonly maxDurationMs: number;
  /** Endpoints to try before giving up. */
  readonly connectAttempts: number;
  /** Undefined: endpoints get the bytes as they are. */
  readonly tunnel: TunnelConfig | undefined;
}

/** TcpProxy.idle_timeout: "if not set, the default idle timeout is 1 hour". */
const DEFAULT_IDLE_MS = 3_600_000;

const TYPE = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';
const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  [TYPE]: {
    read: [
      'stat_prefix',
      'cluster',
      'weighted_clusters',
      'idle_timeout',
      'max_connect_attempts',
      'max_downstream_connection_duration',
      'tunneling_config',
    ],
    // Compiled, and checked, by the access-log compiler.
    harmless: ['access_log'],
  },
  [`${TYPE}.TunnelingConfig`]: { read: ['hostname', 'use_post', 'headers_to_add', 'post_path'] },
  [`${TYPE}.WeightedCluster`]: { read: ['clusters'] },
  [`${TYPE}.WeightedCluster.ClusterWeight`]: { read: ['name', 'weight'] },
};

export function decodeTcpProxy(message: TcpProxy, at: string): Decoded<TcpProxyConfig> {
  const issues = new Issues('TcpProxy');
  checkFields(TcpProxySchema, message, at, SUPPORTED, issues);
  const specifier = message.clusterSpecifier;
  const clusters =
    specifier.case === 'cluster'
      ? [{ name: specifier.value, weight: 1 }]
      : specifier.case === 'weightedClusters'
        ? specifier.value.clusters.map(({ name, weight }) => ({ name, weight }))
        : [];
  const totalWeight = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (totalWeight === 0)
    issues.error(
      at,
      'missing-field',
      'no cluster is given',
      'cluster, or weighted_clusters whose weights are not all zero',
    );
  const { tunnelingConfig } = message;
  return issues.end({
    statPrefix: message.statPrefix,
    clusters,
    totalWeight,
    idleTimeoutMs: durationOr(message.idleTimeout, DEFAULT_IDLE_MS, `${at}.idle_timeout`, issues),
    maxDurationMs: durationOr(
      message.maxDownstreamConnectionDuration,
      0,
      `${at}.max_downstream_connection_duration`,
      issues,
    ),
    connectAttempts: message.maxConnectAttempts ?? 1,
    tunnel: tunnelingConfig && decodeTunnel(tunnelingConfig, `${at}.tunneling_config`, issues),
  });
}
