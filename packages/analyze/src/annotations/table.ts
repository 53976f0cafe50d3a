/** An annotation that Istio documents. */
export interface KnownAnnotation {
  readonly alpha: boolean;
  readonly deprecated: boolean;
  /** Kinds it may stand on; `Any` for all. */
  readonly kinds: readonly string[];
}

type Row = readonly [
  name: string,
  status: 'alpha' | 'beta' | 'stable' | 'none',
  deprecated: boolean,
  ...kinds: string[],
];

/** https://istio.io/latest/docs/reference/config/annotations/ */
const ROWS: readonly Row[] = [
  ['prometheus.istio.io/merge-metrics', 'alpha', false, 'Pod'],
  ['alpha.istio.io/kubernetes-serviceaccounts', 'alpha', true, 'Service'],
  ['alpha.istio.io/canonical-serviceaccounts', 'alpha', true, 'Service'],
  ['networking.istio.io/exportTo', 'alpha', false, 'Service'],
  ['sidecar.istio.io/inject', 'beta', true, 'Pod'],
  ['sidecar.istio.io/status', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/rewriteAppHTTPProbers', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/discoveryAddress', 'alpha', true, 'Pod'],
  ['sidecar.istio.io/proxyImage', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/proxyImageType', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/proxyCPU', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/proxyCPULimit', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/proxyMemory', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/proxyMemoryLimit', 'none', false, 'Pod'],
  ['sidecar.istio.io/interceptionMode', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/bootstrapOverride', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/statsInclusionPrefixes', 'alpha', true, 'Pod'],
  ['sidecar.istio.io/statsInclusionSuffixes', 'alpha', true, 'Pod'],
  ['sidecar.istio.io/statsInclusionRegexps', 'alpha', true, 'Pod'],
  ['sidecar.istio.io/statsHistogramBuckets', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/statsFlushInterval', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/statsEvictionInterval', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/statsHistogramBins', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/userVolume', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/userVolumeMount', 'none', false, 'Pod'],
  ['status.sidecar.istio.io/port', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/logLevel', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/componentLogLevel', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/agentLogLevel', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/nativeSidecar', 'alpha', false, 'Pod'],
  ['readiness.status.sidecar.istio.io/initialDelaySeconds', 'alpha', false, 'Pod'],
  ['readiness.status.sidecar.istio.io/periodSeconds', 'alpha', false, 'Pod'],
  ['readiness.status.sidecar.istio.io/failureThreshold', 'alpha', false, 'Pod'],
  ['readiness.status.sidecar.istio.io/applicationPorts', 'alpha', false, 'Pod'],
  ['traffic.istio.io/nodeSelector', 'stable', false, 'Service'],
  ['traffic.sidecar.istio.io/includeOutboundIPRanges', 'alpha', false, 'Pod'],
  ['traffic.sidecar.istio.io/excludeOutboundIPRanges', 'alpha', false, 'Pod'],
  ['traffic.sidecar.istio.io/includeInboundPorts', 'none', false, 'Pod'],
  ['traffic.sidecar.istio.io/excludeInboundPorts', 'alpha', false, 'Pod'],
  ['traffic.sidecar.istio.io/excludeInterfaces', 'alpha', false, 'Pod'],
  ['traffic.sidecar.istio.io/includeOutboundPorts', 'alpha', false, 'Pod'],
  ['traffic.sidecar.istio.io/excludeOutboundPorts', 'alpha', false, 'Pod'],
  ['traffic.sidecar.istio.io/kubevirtInterfaces', 'alpha', true, 'Pod'],
  ['kubernetes.io/ingress.class', 'stable', false, 'Ingress'],
  ['galley.istio.io/analyze-suppress', 'alpha', false, 'Any'],
  ['proxy.istio.io/config', 'beta', false, 'Pod'],
  ['istio.io/dry-run', 'alpha', false, 'AuthorizationPolicy'],
  ['istio.io/rev', 'alpha', false, 'Pod'],
  ['proxy.istio.io/overrides', 'alpha', false, 'Pod'],
  ['inject.istio.io/templates', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/extraStatTags', 'alpha', true, 'Pod'],
  ['istio.io/autoRegistrationGroup', 'alpha', false, 'WorkloadEntry'],
  ['istio.io/workloadController', 'alpha', false, 'WorkloadEntry'],
  ['istio.io/connectedAt', 'alpha', false, 'WorkloadEntry'],
  ['istio.io/disconnectedAt', 'alpha', false, 'WorkloadEntry'],
  ['topology.istio.io/controlPlaneClusters', 'alpha', false, 'Namespace'],
  ['gateway.istio.io/controller-version', 'alpha', false, 'Any'],
  ['ambient.istio.io/redirection', 'beta', false, 'Pod'],
  ['ambient.istio.io/waypoint-inbound-binding', 'alpha', false, 'GatewayClass', 'Gateway'],
  ['gateway.istio.io/service-account', 'alpha', false, 'Gateway'],
  ['gateway.istio.io/name-override', 'alpha', false, 'Gateway'],
  ['networking.istio.io/service-type', 'alpha', false, 'Gateway'],
  ['networking.istio.io/traffic-distribution', 'alpha', false, 'Namespace', 'Service', 'ServiceEntry'],
  ['istio.io/use-waypoint-canary-weight', 'alpha', false, 'Service', 'ServiceEntry', 'Namespace'],
  ['ambient.istio.io/bypass-inbound-capture', 'alpha', false, 'Pod'],
  ['istio.io/reroute-virtual-interfaces', 'alpha', false, 'Pod'],
  ['ambient.istio.io/dns-capture', 'alpha', false, 'Pod'],
  ['sidecar.istio.io/statsCompression', 'alpha', true, 'Pod'],
];

const TABLE: ReadonlyMap<string, KnownAnnotation> = new Map(
  ROWS.map(([name, status, deprecated, ...kinds]) => [name, { alpha: status === 'alpha', deprecated, kinds }]),
);

/** Istio's own controllers set these. */
export const SET_BY_ISTIO: ReadonlySet<string> = new Set([
  'sidecar.istio.io/status',
  'gateway.istio.io/controller-version',
  'istio.io/rev',
]);

export function findAnnotation(name: string): KnownAnnotation | undefined {
  return TABLE.get(name);
}

/** Whether an annotation is in Istio's name space; one of Kubernetes is documented by Istio too. */
export function isIstioAnnotation(name: string): boolean {
  return name === 'kubernetes.io/ingress.class' || (name.split('/', 1)[0] ?? '').endsWith('istio.io');
}
