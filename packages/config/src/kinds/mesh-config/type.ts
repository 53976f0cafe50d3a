import type { JsonObject } from '../../json.ts';
import type { ConnectionPoolSettings } from '../../shared/connection-pool/type.ts';
import type {
  ClientTlsSettings,
  LocalityLbSetting,
  OutlierDetection,
  ZoneAwareLbSetting,
} from '../destination-rule/type.ts';
import type { HttpRetry } from '../virtual-service/type.ts';
import type { ExtensionProvider } from './extension-provider.ts';
import type { DefaultProxyConfig } from './proxy-config.ts';

/**
 * Options of the whole mesh: the key `mesh` of the ConfigMap `istio` in the root namespace.
 *
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export interface MeshConfig {
  readonly rootNamespace?: string;
  readonly trustDomain?: string;
  readonly trustDomainAliases?: readonly string[];
  readonly enableAutoMtls?: boolean;
  readonly defaultConfig?: DefaultProxyConfig;
  readonly proxyListenPort?: number;
  readonly proxyInboundListenPort?: number;
  readonly proxyHttpPort?: number;
  readonly connectTimeoutMs?: number;
  readonly protocolDetectionTimeoutMs?: number;
  readonly tcpKeepalive?: { readonly probes?: number; readonly timeMs?: number; readonly intervalMs?: number };
  readonly dnsRefreshRateMs?: number;
  readonly ingressClass?: string;
  readonly ingressService?: string;
  readonly ingressControllerMode?: 'UNSPECIFIED' | 'OFF' | 'DEFAULT' | 'STRICT';
  readonly ingressSelector?: string;
  readonly enableTracing?: boolean;
  readonly accessLogFile?: string;
  readonly accessLogFormat?: string;
  readonly accessLogEncoding?: 'TEXT' | 'JSON';
  readonly enableEnvoyAccessLogService?: boolean;
  readonly disableEnvoyListenerLog?: boolean;
  readonly outboundTrafficPolicy?: MeshOutboundTrafficPolicy;
  readonly inboundTrafficPolicy?: { readonly mode?: 'PASSTHROUGH' | 'LOCALHOST' };
  readonly defaultServiceExportTo?: readonly string[];
  readonly defaultVirtualServiceExportTo?: readonly string[];
  readonly defaultDestinationRuleExportTo?: readonly string[];
  readonly localityLbSetting?: LocalityLbSetting;
  readonly zoneAwareLbSetting?: ZoneAwareLbSetting;
  readonly h2UpgradePolicy?: 'DO_NOT_UPGRADE' | 'UPGRADE';
  readonly inboundClusterStatName?: string;
  readonly outboundClusterStatName?: string;
  readonly enablePrometheusMerge?: boolean;
  readonly verifyCertificateAtClient?: boolean;
  readonly pathNormalization?: {
    readonly normalization?: 'DEFAULT' | 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';
  };
  readonly defaultHttpRetryPolicy?: HttpRetry;
  readonly meshMTLS?: MeshTlsConfig;
  readonly tlsDefaults?: MeshTlsConfig;
  readonly defaultTrafficPolicy?: {
    readonly connectionPool?: ConnectionPoolSettings;
    readonly outlierDetection?: OutlierDetection;
  };
  readonly extensionProviders?: readonly ExtensionProvider[];
  readonly defaultProviders?: DefaultProviders;
  readonly discoverySelectors?: readonly LabelSelector[];
  readonly serviceSettings?: readonly ServiceSettings[];
  readonly serviceScopeConfigs?: readonly JsonObject[];
  readonly configSources?: readonly JsonObject[];
  readonly caCertificates?: readonly MeshCaCertificate[];
  readonly ca?: JsonObject;
  readonly certificates?: readonly JsonObject[];
  readonly serviceEntryVisibility?: JsonObject;
}

/** What happens to traffic to hosts nobody declared. */
export interface MeshOutboundTrafficPolicy {
  readonly mode?: 'REGISTRY_ONLY' | 'ALLOW_ANY' | 'ALLOW_ANY_DYNAMIC_DNS';
  readonly tls?: ClientTlsSettings;
}

export interface MeshTlsConfig {
  readonly minProtocolVersion?: 'TLS_AUTO' | 'TLSV1_2' | 'TLSV1_3';
  readonly ecdhCurves?: readonly string[];
  readonly cipherSuites?: readonly string[];
}

/** Providers used when no Telemetry names one. */
export interface DefaultProviders {
  readonly tracing?: readonly string[];
  readonly metrics?: readonly string[];
  readonly accessLogging?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

export interface ServiceSettings {
  readonly settings?: { readonly clusterLocal?: boolean };
  readonly hosts?: readonly string[];
}

export interface MeshCaCertificate {
  readonly pem?: string;
  readonly spiffeBundleUrl?: string;
  readonly certSigners?: readonly string[];
  readonly trustDomains?: readonly string[];
}
