import { duration, flag, integer, json, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { connectionPoolSettings } from '../../shared/connection-pool/schema.ts';
import {
  clientTlsSettings,
  localityLbSetting,
  outlierDetection,
  zoneAwareLbSetting,
} from '../destination-rule/schema.ts';
import { httpRetry } from '../virtual-service/schema.ts';
import { extensionProvider } from './extension-provider-schema.ts';
import { defaultProxyConfig } from './proxy-config-schema.ts';
import type {
  DefaultProviders,
  LabelSelector,
  LabelSelectorRequirement,
  MeshCaCertificate,
  MeshConfig,
  MeshOutboundTrafficPolicy,
  MeshTlsConfig,
  ServiceSettings,
} from './type.ts';

const meshCaCertificate: Schema<MeshCaCertificate> = object<MeshCaCertificate>({
  pem: text(),
  spiffeBundleUrl: text(),
  certSigners: list(text()),
  trustDomains: list(text()),
});

const serviceSettings: Schema<ServiceSettings> = object<ServiceSettings>({
  settings: object<NonNullable<ServiceSettings['settings']>>({ clusterLocal: flag() }),
  hosts: list(text()),
});

const labelSelectorRequirement: Schema<LabelSelectorRequirement> = object<LabelSelectorRequirement>({
  key: text(),
  operator: text(),
  values: list(text()),
});

const labelSelector: Schema<LabelSelector> = object<LabelSelector>({
  matchLabels: map(text()),
  matchExpressions: list(labelSelectorRequirement),
});

const defaultProviders: Schema<DefaultProviders> = object<DefaultProviders>({
  tracing: list(text()),
  metrics: list(text()),
  accessLogging: list(text()),
});

const meshTlsConfig: Schema<MeshTlsConfig> = object<MeshTlsConfig>({
  minProtocolVersion: oneOf('TLS_AUTO', 'TLSV1_2', 'TLSV1_3'),
  ecdhCurves: list(text()),
  cipherSuites: list(text()),
});

const meshOutboundTrafficPolicy: Schema<MeshOutboundTrafficPolicy> = object<MeshOutboundTrafficPolicy>({
  mode: oneOf('REGISTRY_ONLY', 'ALLOW_ANY', 'ALLOW_ANY_DYNAMIC_DNS'),
  tls: clientTlsSettings,
});

export const meshConfig: Schema<MeshConfig> = object<MeshConfig>({
  rootNamespace: text(),
  trustDomain: text(),
  trustDomainAliases: list(text()),
  enableAutoMtls: flag(),
  defaultConfig: defaultProxyConfig,
  proxyListenPort: integer(),
  proxyInboundListenPort: integer(),
  proxyHttpPort: integer(),
  connectTimeout: duration(),
  protocolDetectionTimeout: duration(),
  tcpKeepalive: object<NonNullable<MeshConfig['tcpKeepalive']>>({
    probes: integer(),
    time: duration(),
    interval: duration(),
  }),
  dnsRefreshRate: duration(),
  ingressClass: text(),
  ingressService: text(),
  ingressControllerMode: oneOf('UNSPECIFIED', 'OFF', 'DEFAULT', 'STRICT'),
  ingressSelector: text(),
  enableTracing: flag(),
  accessLogFile: text(),
  accessLogFormat: text(),
  accessLogEncoding: oneOf('TEXT', 'JSON'),
  enableEnvoyAccessLogService: flag(),
  disableEnvoyListenerLog: flag(),
  outboundTrafficPolicy: meshOutboundTrafficPolicy,
  inboundTrafficPolicy: object<NonNullable<MeshConfig['inboundTrafficPolicy']>>({
    mode: oneOf('PASSTHROUGH', 'LOCALHOST'),
  }),
  defaultServiceExportTo: list(text()),
  defaultVirtualServiceExportTo: list(text()),
  defaultDestinationRuleExportTo: list(text()),
  localityLbSetting: localityLbSetting,
  zoneAwareLbSetting: zoneAwareLbSetting,
  h2UpgradePolicy: oneOf('DO_NOT_UPGRADE', 'UPGRADE'),
  inboundClusterStatName: text(),
  outboundClusterStatName: text(),
  enablePrometheusMerge: flag(),
  verifyCertificateAtClient: flag(),
  pathNormalization: object<NonNullable<MeshConfig['pathNormalization']>>({
    normalization: oneOf('DEFAULT', 'NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'),
  }),
  defaultHttpRetryPolicy: httpRetry,
  meshMTLS: meshTlsConfig,
  tlsDefaults: meshTlsConfig,
  defaultTrafficPolicy: object<NonNullable<MeshConfig['defaultTrafficPolicy']>>({
    connectionPool: connectionPoolSettings,
    outlierDetection: outlierDetection,
  }),
  extensionProviders: list(extensionProvider),
  defaultProviders: defaultProviders,
  discoverySelectors: list(labelSelector),
  serviceSettings: list(serviceSettings),
  serviceScopeConfigs: list(json()),
  configSources: list(json()),
  caCertificates: list(meshCaCertificate),
  ca: json(),
  certificates: list(json()),
  serviceEntryVisibility: json(),
});
