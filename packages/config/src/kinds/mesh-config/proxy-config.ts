import type { JsonObject } from '../../json.ts';
import type { ProxyImage } from '../proxy-config/type.ts';
import type { ReadinessProbe } from '../workload-group/type.ts';

/**
 * Options of every proxy (`meshConfig.defaultConfig`, or the annotation `proxy.istio.io/config`).
 *
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
 */
export interface DefaultProxyConfig {
  readonly configPath?: string;
  readonly binaryPath?: string;
  readonly serviceCluster?: string;
  readonly tracingServiceName?: 'APP_LABEL_AND_NAMESPACE' | 'CANONICAL_NAME_ONLY' | 'CANONICAL_NAME_AND_NAMESPACE';
  readonly drainDurationMs?: number;
  readonly terminationDrainDurationMs?: number;
  readonly discoveryAddress?: string;
  readonly proxyAdminPort?: number;
  readonly statusPort?: number;
  readonly concurrency?: number;
  readonly interceptionMode?: 'REDIRECT' | 'TPROXY' | 'NONE';
  readonly controlPlaneAuthPolicy?: 'NONE' | 'MUTUAL_TLS' | 'INHERIT';
  readonly proxyMetadata?: Readonly<Record<string, string>>;
  readonly runtimeValues?: Readonly<Record<string, string>>;
  readonly extraStatTags?: readonly string[];
  readonly statNameLength?: number;
  readonly statsdUdpAddress?: string;
  readonly customConfigFile?: string;
  readonly proxyBootstrapTemplatePath?: string;
  readonly meshId?: string;
  readonly holdApplicationUntilProxyStarts?: boolean;
  readonly caCertificatesPem?: readonly string[];
  readonly image?: ProxyImage;
  readonly readinessProbe?: ReadinessProbe;
  readonly proxyStatsMatcher?: ProxyStatsMatcher;
  readonly gatewayTopology?: GatewayTopology;
  readonly tracing?: JsonObject;
  readonly zipkinAddress?: string;
  readonly envoyAccessLogService?: JsonObject;
  readonly envoyMetricsService?: JsonObject;
  readonly privateKeyProvider?: JsonObject;
  readonly proxyHeaders?: JsonObject;
  readonly connectionSettings?: ConnectionSettings;
  readonly fileFlushIntervalMs?: number;
  readonly fileFlushMinSizeKb?: number;
  readonly statsCompression?: boolean;
}

export interface ProxyStatsMatcher {
  readonly inclusionPrefixes?: readonly string[];
  readonly inclusionSuffixes?: readonly string[];
  readonly inclusionRegexps?: readonly string[];
}

/** What stands in front of a gateway. */
export interface GatewayTopology {
  readonly numTrustedProxies?: number;
  readonly forwardClientCertDetails?:
    | 'UNDEFINED'
    | 'SANITIZE'
    | 'FORWARD_ONLY'
    | 'APPEND_FORWARD'
    | 'SANITIZE_SET'
    | 'ALWAYS_FORWARD_ONLY';
  readonly proxyProtocol?: JsonObject;
}

/** Limits of client connections; `profile: EDGE` hardens a gateway that faces the internet. */
export interface ConnectionSettings {
  readonly profile?: 'SIDECAR' | 'EDGE';
  readonly listenerPerConnectionBufferLimitBytes?: number;
  readonly clusterPerConnectionBufferLimitBytes?: number;
  readonly httpIdleTimeoutMs?: number;
  readonly httpMaxConnectionDurationMs?: number;
  readonly httpDrainTimeoutMs?: number;
  readonly httpRequestTimeoutMs?: number;
  readonly httpRequestHeadersTimeoutMs?: number;
  readonly httpStreamIdleTimeoutMs?: number;
  readonly httpMaxStreamDurationMs?: number;
  readonly httpMaxConcurrentStreams?: number;
  readonly http2InitialStreamWindowSize?: number;
  readonly http2InitialConnectionWindowSize?: number;
  readonly httpHeadersWithUnderscoresAction?:
    | 'HEADERS_WITH_UNDERSCORES_UNSPECIFIED'
    | 'HEADERS_WITH_UNDERSCORES_ALLOW'
    | 'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST'
    | 'HEADERS_WITH_UNDERSCORES_DROP_HEADER';
  readonly httpMergeSlashes?: boolean;
  readonly httpPathWithEscapedSlashesAction?:
    | 'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED'
    | 'KEEP_UNCHANGED'
    | 'REJECT_REQUEST'
    | 'UNESCAPE_AND_REDIRECT'
    | 'UNESCAPE_AND_FORWARD';
  readonly listenerConnectionLimit?: number;
  readonly globalDownstreamConnectionLimit?: number;
}
