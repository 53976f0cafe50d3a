import type { MeshConfig } from '@weft/config';

/** MeshConfig with what Istio assumes where nothing is said (pkg/config/mesh/mesh.go, DefaultMeshConfig). */
export interface MeshSettings extends MeshConfig {
  readonly rootNamespace: string;
  readonly trustDomain: string;
  readonly connectTimeoutMs: number;
  readonly protocolDetectionTimeoutMs: number;
  readonly proxyListenPort: number;
  readonly proxyInboundListenPort: number;
  readonly dnsRefreshRateMs: number;
  readonly accessLogFile: string;
  readonly accessLogFormat: string;
  readonly accessLogEncoding: 'TEXT' | 'JSON';
  readonly outboundTrafficPolicy: NonNullable<MeshConfig['outboundTrafficPolicy']>;
  readonly defaultServiceExportTo: readonly string[];
  readonly defaultVirtualServiceExportTo: readonly string[];
  readonly defaultDestinationRuleExportTo: readonly string[];
}

const EVERYWHERE = ['*'];

/** `protocolDetectionTimeoutMs` 0 is "wait for ever" in Envoy: server-first protocols must name themselves (SEMANTICS row 27). */
export function meshSettings(said: MeshConfig): MeshSettings {
  return {
    ...said,
    rootNamespace: said.rootNamespace || 'istio-system',
    trustDomain: said.trustDomain || 'cluster.local',
    connectTimeoutMs: said.connectTimeoutMs ?? 10_000,
    protocolDetectionTimeoutMs: said.protocolDetectionTimeoutMs ?? 0,
    proxyListenPort: said.proxyListenPort || 15_001,
    proxyInboundListenPort: said.proxyInboundListenPort || 15_006,
    dnsRefreshRateMs: said.dnsRefreshRateMs ?? 60_000,
    accessLogFile: said.accessLogFile ?? '',
    accessLogFormat: said.accessLogFormat ?? '',
    accessLogEncoding: said.accessLogEncoding ?? 'TEXT',
    outboundTrafficPolicy: said.outboundTrafficPolicy ?? { mode: 'ALLOW_ANY' },
    defaultServiceExportTo: said.defaultServiceExportTo ?? EVERYWHERE,
    defaultVirtualServiceExportTo: said.defaultVirtualServiceExportTo ?? EVERYWHERE,
    defaultDestinationRuleExportTo: said.defaultDestinationRuleExportTo ?? EVERYWHERE,
  };
}
