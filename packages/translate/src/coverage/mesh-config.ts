import { decodeMeshConfig, parseDocuments, type Resource } from '@weft/config';
import type { Body, Gap, KindCoverage } from './kind-coverage.ts';

/** The ConfigMap `istio` holds the mesh's configuration as text; every other ConfigMap is data. */
const inConfigMap: Body = {
  at: 'data.mesh',
  of(resource: Resource): unknown {
    const text = meshText(resource);
    if (text === undefined) return undefined;
    const decoded = decodeMeshConfig(text);
    return decoded.ok ? asWritten(decoded.value) : undefined;
  },
  lineOf(resource: Resource, path: string): number {
    const { source } = resource;
    const key = source.lineOf('data.mesh');
    const text = meshText(resource) ?? '';
    const inside = parseDocuments(text, '').documents[0]?.source.lineOf(path) ?? 1;
    // A text of several lines is a block, which starts below its key. Objects without a file have no lines to tell.
    return text.includes('\n') && source.lineOf('data') !== key ? key + inside : key;
  },
};

function meshText(resource: Resource): string | undefined {
  if (resource.type !== 'ConfigMap' || resource.metadata.name !== 'istio') return undefined;
  return resource.spec.data?.['mesh'];
}

/** Decoding adds the unit to the name of a duration; people look for the name they wrote. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.replace(/Ms$/, ''), asWritten(item)]));
}

const MESH_PATHS: readonly string[] = [
  'accessLogEncoding',
  'accessLogFile',
  'accessLogFormat',
  'connectTimeout',
  'defaultConfig.concurrency',
  'defaultConfig.gatewayTopology.forwardClientCertDetails',
  'defaultConfig.gatewayTopology.numTrustedProxies',
  'defaultConfig.proxyMetadata',
  'defaultDestinationRuleExportTo',
  'defaultHttpRetryPolicy',
  'defaultProviders.accessLogging',
  'defaultProviders.metrics',
  'defaultServiceExportTo',
  'defaultTrafficPolicy',
  'defaultVirtualServiceExportTo',
  'discoverySelectors',
  'dnsRefreshRate',
  'enableAutoMtls',
  'extensionProviders[].envoyFileAccessLog.logFormat',
  'extensionProviders[].envoyFileAccessLog.path',
  'extensionProviders[].name',
  'extensionProviders[].prometheus',
  'h2UpgradePolicy',
  'inboundClusterStatName',
  'inboundTrafficPolicy',
  'localityLbSetting',
  'outboundClusterStatName',
  'outboundTrafficPolicy.mode',
  'pathNormalization',
  'protocolDetectionTimeout',
  'proxyHttpPort',
  'proxyInboundListenPort',
  'proxyListenPort',
  'rootNamespace',
  'tcpKeepalive',
  'trustDomain',
  'trustDomainAliases',
];

const isTrue = (value: unknown): boolean => value === true;
const isFalse = (value: unknown): boolean => value === false;

/** Fields that `gaps` judge by their value, or say more about than that they have no effect. */
export const MESH_GAPS: readonly Gap[] = [
  { path: 'enableTracing', when: isTrue, instead: 'no spans are sent' },
  { path: 'defaultProviders.tracing', instead: 'no spans are sent' },
  { path: 'enableEnvoyAccessLogService', when: isTrue, instead: 'access logs go to files only' },
  {
    path: 'disableEnvoyListenerLog',
    when: isFalse,
    instead: 'connections that no chain takes are counted, not logged',
  },
  {
    path: 'enablePrometheusMerge',
    when: isTrue,
    instead: "the application's own metrics are scraped from the application",
  },
  {
    path: 'verifyCertificateAtClient',
    instead: "Istio's control plane does not read it either; name caCertificates in a DestinationRule",
  },
  { path: 'ingressClass', instead: 'Kubernetes Ingress is not read; use a Gateway' },
  { path: 'ingressService', instead: 'Kubernetes Ingress is not read; use a Gateway' },
  { path: 'ingressSelector', instead: 'Kubernetes Ingress is not read; use a Gateway' },
  {
    path: 'ingressControllerMode',
    when: (mode) => mode !== 'OFF' && mode !== 'UNSPECIFIED',
    instead: 'Kubernetes Ingress is not read; use a Gateway',
  },
  {
    path: 'defaultHttpRetryPolicy.retryRemoteLocalities',
    when: isTrue,
    instead: 'it counts in the retries of a VirtualService only',
  },
  { path: 'serviceSettings', instead: 'endpoints of every cluster are used' },
  { path: 'serviceScopeConfigs', instead: 'there is no ambient data plane' },
  { path: 'configSources', instead: 'configuration comes from the store that the control plane was started with' },
  { path: 'caCertificates', instead: 'no other authority is trusted', security: true },
  { path: 'certificates', instead: 'no certificate is issued for it' },
  { path: 'ca', instead: 'certificates do not come from there' },
  { path: 'defaultConfig.image', instead: 'proxies are processes of this machine, not images' },
  { path: 'defaultConfig.discoveryAddress', instead: 'proxies ask the control plane that they were started for' },
  { path: 'defaultConfig.tracing', instead: 'no spans are sent' },
  { path: 'defaultConfig.zipkinAddress', instead: 'no spans are sent' },
  {
    path: 'defaultConfig.holdApplicationUntilProxyStarts',
    when: isFalse,
    instead: 'an application that weft starts always waits for its proxy',
  },
];

/** What the gaps speak of is not reported as an unknown field besides. */
export const MESH_FIELDS: readonly string[] = [...MESH_PATHS, ...MESH_GAPS.map(({ path }) => path)];

export const MESH_CONFIG_MAP: KindCoverage = {
  effect: 'enforced',
  body: inConfigMap,
  paths: MESH_FIELDS,
  gaps: MESH_GAPS,
};
