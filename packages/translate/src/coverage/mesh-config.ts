import { decodeMeshConfig, type Resource } from '@weft/config';
import type { Body, KindCoverage } from './kind-coverage.ts';

/** The ConfigMap `istio` holds the mesh's configuration as text; every other ConfigMap is data. */
const meshConfig: Body = {
  at: 'data.mesh',
  of(resource: Resource): unknown {
    if (resource.type !== 'ConfigMap' || resource.metadata.name !== 'istio') return undefined;
    const text = resource.spec.data?.['mesh'];
    if (text === undefined) return undefined;
    const decoded = decodeMeshConfig(text);
    return decoded.ok ? asWritten(decoded.value) : undefined;
  },
};

/** Decoding adds the unit to the name of a duration; people look for the name they wrote. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.replace(/Ms$/, ''), asWritten(item)]));
}

export const MESH_CONFIG_MAP: KindCoverage = {
  effect: 'enforced',
  body: meshConfig,
  paths: [
    'accessLogEncoding',
    'accessLogFile',
    'accessLogFormat',
    'connectTimeout',
    'defaultDestinationRuleExportTo',
    'defaultHttpRetryPolicy',
    'defaultServiceExportTo',
    'defaultTrafficPolicy',
    'defaultVirtualServiceExportTo',
    'dnsRefreshRate',
    'h2UpgradePolicy',
    'localityLbSetting',
    'inboundTrafficPolicy',
    'outboundTrafficPolicy.mode',
    'pathNormalization',
    'protocolDetectionTimeout',
    'proxyInboundListenPort',
    'proxyListenPort',
    'rootNamespace',
    'tcpKeepalive',
  ],
  gaps: [],
};
