import { create } from '@bufbuild/protobuf';
import type { ConnectionPoolSettings, TunnelSettings } from '@weft/config';
import type { AccessLog } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import type { FilterSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { TcpProxySchema } from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';
import { hostPort } from '../names.ts';
import { any } from '../wire/any.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { TCP_PROXY_FILTER } from './filter-names.ts';

export interface WeightedName {
  readonly cluster: string;
  readonly weight: number;
}

export interface TcpProxyInput {
  readonly statPrefix: string;
  readonly clusters: readonly WeightedName[];
  readonly logs: readonly AccessLog[];
  /** The pool of the first destination: its idle timeout is the connection's (SEMANTICS row 48). */
  readonly pool: ConnectionPoolSettings | undefined;
  /** Endpoints are asked to pass the bytes on to somewhere else. */
  readonly tunnel?: TunnelSettings | undefined;
}

/** Bytes to one cluster, or spread over several by weight (core/networkfilter.go). */
export function tcpProxy(input: TcpProxyInput): Init<typeof FilterSchema> {
  const [first, second] = input.clusters;
  const { tunnel } = input;
  const idleMs = input.pool?.tcp?.idleTimeoutMs;
  const config = create(TcpProxySchema, {
    statPrefix: input.statPrefix,
    clusterSpecifier:
      second === undefined
        ? { case: 'cluster', value: first?.cluster ?? '' }
        : {
            case: 'weightedClusters',
            value: { clusters: input.clusters.map(({ cluster, weight }) => ({ name: cluster, weight })) },
          },
    accessLog: [...input.logs],
    ...(idleMs !== undefined && { idleTimeout: duration(idleMs) }),
    ...(tunnel && {
      tunnelingConfig: {
        hostname: hostPort(tunnel.targetHost ?? '', tunnel.targetPort ?? 0),
        usePost: tunnel.protocol === 'POST',
      },
    }),
  });
  return { name: TCP_PROXY_FILTER, configType: { case: 'typedConfig', value: any(TcpProxySchema, config) } };
}
