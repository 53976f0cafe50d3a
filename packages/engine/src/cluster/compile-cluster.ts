import { fromBinary } from '@bufbuild/protobuf';
import type { Decoded } from '@weft/base';
import type { Cluster_RefreshRate, Cluster as ClusterMessage } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_DnsLookupFamily as LookupFamily,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterConfigSchema } from '@weft/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb';
import { Issues } from '../decode/issues.ts';
import { durationOr, metadataPairs, metadataValue, originOf } from '../decode/scalars.ts';
import { checkFields } from '../decode/supported-fields.ts';
import { endpointSet } from '../endpoint/compile-endpoints.ts';
import type { EndpointSet } from '../endpoint/endpoint-set.ts';
import { socketConfig } from '../listener/compile-listener.ts';
import type { Cluster, Discovery, DnsConfig, TransportSocketMatch } from './cluster.ts';
import { compileHealthCheck } from './compile-health-check.ts';
import { compileLb } from './compile-lb.ts';
import { compileCircuitBreakers, compileOutlier } from './compile-limits.ts';
import { compileProtocol } from './compile-protocol.ts';
import { CLUSTER_MESSAGES } from './supported.ts';

// cluster.proto: connect_timeout 5 s, per_connection_buffer_limit_bytes 1 MiB, dns_refresh_rate 5 s, cleanup_interval 5 s;
// dns_cache.proto: 60 s refresh, 5 min host TTL, 1024 hosts.
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_BUFFER_BYTES = 1_048_576;
const DEFAULT_REFRESH_MS = 5000;
const DEFAULT_CLEANUP_MS = 5000;
const DEFAULT_CACHE_REFRESH_MS = 60_000;
const DEFAULT_HOST_TTL_MS = 300_000;
const DEFAULT_MAX_HOSTS = 1024;
const DFP_CLUSTER = 'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig';

/** Compiles a Cluster; transport sockets keep their config for whoever owns its type. */
export function compileCluster(message: ClusterMessage): Decoded<Cluster> {
  const issues = new Issues(`Cluster ${message.name}`);
  checkFields(ClusterSchema, message, '', CLUSTER_MESSAGES, issues);
  if (message.name === '') issues.error('name', 'missing-field', 'is empty', 'a name');
  const bind = message.upstreamBindConfig?.sourceAddress;
  const keepalive = message.upstreamConnectionOptions?.tcpKeepalive;
  return issues.end({
    name: message.name,
    statName: message.altStatName === '' ? message.name : message.altStatName,
    discovery: compileDiscovery(message, issues),
    connectTimeoutMs: durationOr(message.connectTimeout, DEFAULT_CONNECT_TIMEOUT_MS, 'connect_timeout', issues),
    perConnectionBufferLimitBytes: message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_BYTES,
    lb: compileLb(message, issues),
    circuitBreakers: compileCircuitBreakers(message.circuitBreakers, issues),
    outlier: message.outlierDetection === undefined ? undefined : compileOutlier(message.outlierDetection, issues),
    healthChecks: message.healthChecks.map((check, i) => compileHealthCheck(check, `health_checks[${i}]`, issues)),
    protocol: compileProtocol(message, issues),
    transportSocket: socketConfig(message.transportSocket, 'transport_socket', issues),
    transportSocketMatches: message.transportSocketMatches.map(
      (match, i): TransportSocketMatch => ({
        name: match.name,
        match: metadataPairs(match.match ?? {}),
        transportSocket: socketConfig(match.transportSocket, `transport_socket_matches[${i}].transport_socket`, issues),
      }),
    ),
    bindHost: bind === undefined || bind.address === '' ? undefined : bind.address,
    bindPort: bind?.portSpecifier.case === 'portValue' ? bind.portSpecifier.value : 0,
    tcpKeepalive:
      keepalive === undefined
        ? undefined
        : { probes: keepalive.keepaliveProbes, timeS: keepalive.keepaliveTime, intervalS: keepalive.keepaliveInterval },
    closeOnHealthFailure: message.closeConnectionsOnHostHealthFailure,
    poolPerDownstreamConnection: message.connectionPoolPerDownstreamConnection,
    metadata: metadataValue(message.metadata),
    origin: originOf(message.metadata),
  });
}

function compileDiscovery(message: ClusterMessage, issues: Issues): Discovery {
  const form = message.clusterDiscoveryType;
  if (form.case === 'clusterType') return customDiscovery(message, issues);
  switch (form.value ?? DiscoveryType.STATIC) {
    case DiscoveryType.EDS: {
      const service = message.edsClusterConfig?.serviceName ?? '';
      if (message.edsClusterConfig === undefined)
        issues.error('eds_cluster_config', 'missing-field', 'is not given', 'it goes with type EDS');
      return { kind: 'eds', serviceName: service === '' ? message.name : service };
    }
    case DiscoveryType.STRICT_DNS:
      return { kind: 'strict-dns', endpoints: ownEndpoints(message, true, issues), dns: clusterDns(message, issues) };
    case DiscoveryType.LOGICAL_DNS: {
      const endpoints = ownEndpoints(message, true, issues);
      if (endpoints.localities.length !== 1 || endpoints.localities[0]?.endpoints.length !== 1) {
        issues.error(
          'load_assignment',
          'invalid-value',
          'has not exactly one endpoint',
          'one locality with one endpoint for LOGICAL_DNS',
        );
      }
      return { kind: 'logical-dns', endpoints, dns: clusterDns(message, issues) };
    }
    case DiscoveryType.ORIGINAL_DST: {
      const config = message.lbConfig.case === 'originalDstLbConfig' ? message.lbConfig.value : undefined;
      const name = config?.httpHeaderName ?? '';
      return {
        kind: 'original-dst',
        header:
          config?.useHttpHeader === true ? (name === '' ? 'x-envoy-original-dst-host' : name.toLowerCase()) : undefined,
        port: config?.upstreamPortOverride,
        cleanupMs: durationOr(message.cleanupInterval, DEFAULT_CLEANUP_MS, 'cleanup_interval', issues),
      };
    }
    default:
      return { kind: 'static', endpoints: ownEndpoints(message, false, issues) };
  }
}

function ownEndpoints(message: ClusterMessage, names: boolean, issues: Issues): EndpointSet {
  if (message.loadAssignment !== undefined)
    return endpointSet(message.loadAssignment, names, 'load_assignment', issues);
  // A STATIC cluster without members is valid; Istio's BlackHoleCluster is one. A name to resolve must be given.
  if (names) issues.error('load_assignment', 'missing-field', 'is not given', 'endpoints');
  return {
    clusterName: message.name,
    localities: [],
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
    drops: [],
    staleAfterMs: 0,
  };
}

function clusterDns(message: ClusterMessage, issues: Issues): DnsConfig {
  const refreshMs = durationOr(message.dnsRefreshRate, DEFAULT_REFRESH_MS, 'dns_refresh_rate', issues);
  return {
    refreshMs,
    ...failureRefresh(message.dnsFailureRefreshRate, refreshMs, 'dns_failure_refresh_rate', issues),
    respectTtl: message.respectDnsTtl,
    family: family(message.dnsLookupFamily),
  };
}

function failureRefresh(
  rate: Cluster_RefreshRate | undefined,
  or: number,
  at: string,
  issues: Issues,
): Pick<DnsConfig, 'failureRefreshMs' | 'failureRefreshMaxMs'> {
  if (rate === undefined) return { failureRefreshMs: or, failureRefreshMaxMs: or };
  const base = durationOr(rate.baseInterval, or, `${at}.base_interval`, issues);
  return {
    failureRefreshMs: base,
    failureRefreshMaxMs: durationOr(rate.maxInterval, base * 10, `${at}.max_interval`, issues),
  };
}

function family(value: LookupFamily): DnsConfig['family'] {
  switch (value) {
    case LookupFamily.V4_ONLY:
      return 'v4-only';
    case LookupFamily.V6_ONLY:
      return 'v6-only';
    case LookupFamily.V4_PREFERRED:
      return 'v4-preferred';
    case LookupFamily.ALL:
      return 'all';
    default:
      return 'auto';
  }
}

function customDiscovery(message: ClusterMessage, issues: Issues): Discovery {
  const form = message.clusterDiscoveryType;
  const any = form.case === 'clusterType' ? form.value.typedConfig : undefined;
  const at = 'cluster_type.typed_config';
  const nothing = {
    refreshMs: DEFAULT_CACHE_REFRESH_MS,
    failureRefreshMs: 0,
    failureRefreshMaxMs: 0,
    respectTtl: true,
    family: 'auto',
  } as const;
  if (any?.typeUrl.endsWith(`/${DFP_CLUSTER}`) !== true) {
    issues.error('cluster_type', 'unsupported-field', `\`${any?.typeUrl ?? ''}\` is not supported`, DFP_CLUSTER);
    return { kind: 'dynamic-forward-proxy', dns: nothing, maxHosts: 0, hostTtlMs: 0 };
  }
  const config = fromBinary(ClusterConfigSchema, any.value);
  checkFields(ClusterConfigSchema, config, at, CLUSTER_MESSAGES, issues);
  const cache =
    config.clusterImplementationSpecifier.case === 'dnsCacheConfig'
      ? config.clusterImplementationSpecifier.value
      : undefined;
  if (cache === undefined) issues.error(`${at}.dns_cache_config`, 'missing-field', 'is not given');
  const where = `${at}.dns_cache_config`;
  const refreshMs = durationOr(cache?.dnsRefreshRate, DEFAULT_CACHE_REFRESH_MS, `${where}.dns_refresh_rate`, issues);
  return {
    kind: 'dynamic-forward-proxy',
    dns: {
      refreshMs,
      ...failureRefresh(cache?.dnsFailureRefreshRate, refreshMs, `${where}.dns_failure_refresh_rate`, issues),
      respectTtl: true,
      family: family(cache?.dnsLookupFamily ?? LookupFamily.AUTO),
    },
    maxHosts: cache?.maxHosts ?? DEFAULT_MAX_HOSTS,
    hostTtlMs: durationOr(cache?.hostTtl, DEFAULT_HOST_TTL_MS, `${where}.host_ttl`, issues),
  };
}
