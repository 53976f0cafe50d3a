import { duration, flag, integer, json, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { proxyImage } from '../proxy-config/schema.ts';
import { readinessProbe } from '../workload-group/schema.ts';
import type { ConnectionSettings, DefaultProxyConfig, GatewayTopology, ProxyStatsMatcher } from './proxy-config.ts';

const connectionSettings: Schema<ConnectionSettings> = object<ConnectionSettings>({
  profile: oneOf('SIDECAR', 'EDGE'),
  listenerPerConnectionBufferLimitBytes: integer(),
  clusterPerConnectionBufferLimitBytes: integer(),
  httpIdleTimeout: duration(),
  httpMaxConnectionDuration: duration(),
  httpDrainTimeout: duration(),
  httpRequestTimeout: duration(),
  httpRequestHeadersTimeout: duration(),
  httpStreamIdleTimeout: duration(),
  httpMaxStreamDuration: duration(),
  httpMaxConcurrentStreams: integer(),
  http2InitialStreamWindowSize: integer(),
  http2InitialConnectionWindowSize: integer(),
  httpHeadersWithUnderscoresAction: oneOf(
    'HEADERS_WITH_UNDERSCORES_UNSPECIFIED',
    'HEADERS_WITH_UNDERSCORES_ALLOW',
    'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
    'HEADERS_WITH_UNDERSCORES_DROP_HEADER',
  ),
  httpMergeSlashes: flag(),
  httpPathWithEscapedSlashesAction: oneOf(
    'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED',
    'KEEP_UNCHANGED',
    'REJECT_REQUEST',
    'UNESCAPE_AND_REDIRECT',
    'UNESCAPE_AND_FORWARD',
  ),
  listenerConnectionLimit: integer(),
  globalDownstreamConnectionLimit: integer(),
});

const gatewayTopology: Schema<GatewayTopology> = object<GatewayTopology>({
  numTrustedProxies: integer(),
  forwardClientCertDetails: oneOf(
    'UNDEFINED',
    'SANITIZE',
    'FORWARD_ONLY',
    'APPEND_FORWARD',
    'SANITIZE_SET',
    'ALWAYS_FORWARD_ONLY',
  ),
  proxyProtocol: json(),
});

const proxyStatsMatcher: Schema<ProxyStatsMatcher> = object<ProxyStatsMatcher>({
  inclusionPrefixes: list(text()),
  inclusionSuffixes: list(text()),
  inclusionRegexps: list(text()),
});

export const defaultProxyConfig: Schema<DefaultProxyConfig> = object<DefaultProxyConfig>({
  configPath: text(),
  binaryPath: text(),
  serviceCluster: text(),
  tracingServiceName: oneOf('APP_LABEL_AND_NAMESPACE', 'CANONICAL_NAME_ONLY', 'CANONICAL_NAME_AND_NAMESPACE'),
  drainDuration: duration(),
  terminationDrainDuration: duration(),
  discoveryAddress: text(),
  proxyAdminPort: integer(),
  statusPort: integer(),
  concurrency: integer(),
  interceptionMode: oneOf('REDIRECT', 'TPROXY', 'NONE'),
  controlPlaneAuthPolicy: oneOf('NONE', 'MUTUAL_TLS', 'INHERIT'),
  proxyMetadata: map(text()),
  runtimeValues: map(text()),
  extraStatTags: list(text()),
  statNameLength: integer(),
  statsdUdpAddress: text(),
  customConfigFile: text(),
  proxyBootstrapTemplatePath: text(),
  meshId: text(),
  holdApplicationUntilProxyStarts: flag(),
  caCertificatesPem: list(text()),
  image: proxyImage,
  readinessProbe: readinessProbe,
  proxyStatsMatcher: proxyStatsMatcher,
  gatewayTopology: gatewayTopology,
  tracing: json(),
  zipkinAddress: text(),
  envoyAccessLogService: json(),
  envoyMetricsService: json(),
  privateKeyProvider: json(),
  proxyHeaders: json(),
  connectionSettings: connectionSettings,
  fileFlushInterval: duration(),
  fileFlushMinSizeKb: integer(),
  statsCompression: flag(),
});
