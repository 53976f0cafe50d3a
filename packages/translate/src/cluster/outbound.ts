import { create, type JsonObject } from '@bufbuild/protobuf';
import type { TrafficPolicy } from '@weft/config';
import type { DestinationRule, MeshSettings, Node, RuleSubset, Service, ServicePort } from '@weft/mesh';
import { isWildcard } from '@weft/mesh';
import {
  type Cluster,
  Cluster_DnsLookupFamily,
  ClusterSchema,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as Lb,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { assignment } from '../endpoint/assignment.ts';
import { localityPreference, weighsLocalities } from '../endpoint/locality-lb.ts';
import { outboundCluster } from '../names.ts';
import { configPath, weftOrigin } from '../origin.ts';
import { adsSource } from '../wire/ads.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { announcingClients } from './announce-clients.ts';
import { circuitBreakers } from './circuit-breakers.ts';
import { forwardProxyDiscovery } from './forward-proxy.ts';
import { httpProtocolOptions } from './http-options.ts';
import { isOpen, latencyBalancing } from './latency-balancing.ts';
import { loadBalancing } from './load-balancer.ts';
import { mutualTls, type PeerModes } from './mutual-tls.ts';
import { outlierDetection } from './outlier.ts';
import { altStatName } from './stat-name.ts';
import { tcpKeepalive } from './tcp-keepalive.ts';
import { effectivePolicy } from './traffic-policy.ts';
import { originatesTls, upstreamTls, usesAutoSni } from './upstream-tls.ts';

/** Everything an outbound cluster depends on; its parts are compared by identity when deciding whether to make it anew. */
export interface OutboundClusterInput {
  readonly service: Service;
  readonly port: ServicePort;
  readonly rule: DestinationRule | undefined;
  readonly subset: RuleSubset | undefined;
  readonly mesh: MeshSettings;
  readonly proxyType: Node['type'];
  readonly intercepts: boolean;
  readonly node: Pick<Node, 'locality' | 'labels' | 'network' | 'clusterId' | 'certificates'>;
  readonly modes: PeerModes;
}

/** Service + DestinationRule → Cluster (core/cluster.go, cluster_builder.go). Undefined when it can have no endpoint. */
export function outboundClusterOf(input: OutboundClusterInput): Cluster | undefined {
  const { service, port, rule, subset, mesh } = input;
  const policy = effectivePolicy(mesh, rule, subset?.subset.trafficPolicy, port.number);
  const subsetName = subset?.subset.name ?? '';
  const name = outboundCluster(port.number, subsetName, service.hostname);
  const discovery = discoveryOf(input, policy, name);
  if (discovery === undefined) return undefined;
  const { connectionPool } = policy;
  const weighted = weighsLocalities(mesh, policy);
  const byLatency = rule?.byLatency === true && discovery.lbPolicy === undefined && isOpen(policy.loadBalancer);
  const isHttp2 = connectionPool?.http?.h2UpgradePolicy === 'UPGRADE' || ['http2', 'grpc'].includes(port.protocol);
  return create(ClusterSchema, {
    name,
    altStatName: altStatName(name, mesh.outboundClusterStatName, {
      service,
      port: port.number,
      portName: port.name,
      subset: subsetName,
      targetPort: 0,
    }),
    connectTimeout: duration(connectionPool?.tcp?.connectTimeoutMs ?? mesh.connectTimeoutMs),
    circuitBreakers: circuitBreakers(connectionPool, policy.retryBudget),
    typedExtensionProtocolOptions: httpProtocolOptions({
      port,
      pool: connectionPool,
      mesh,
      inbound: false,
      isSidecar: input.proxyType === 'sidecar',
      autoSni: usesAutoSni(policy.tls),
    }),
    ...(byLatency ? latencyBalancing(weighted) : loadBalancing(policy.loadBalancer)),
    // Panic mode would send traffic to endpoints known to be unready.
    commonLbConfig: {
      healthyPanicThreshold: { value: policy.outlierDetection?.minHealthPercent ?? 0 },
      // Envoy refuses it beside a list of policies, each of which says it for itself.
      ...(weighted &&
        !byLatency && {
          localityConfigSpecifier: { case: 'localityWeightedLbConfig', value: {} },
        }),
    },
    ...(policy.outlierDetection && { outlierDetection: outlierDetection(policy.outlierDetection) }),
    ...announcingClients(
      policy.proxyProtocol,
      originatesTls(policy.tls)
        ? { transportSocket: upstreamTls(policy.tls, isHttp2) }
        : mutualTls({
            service,
            port: port.number,
            subset: subsetName,
            policy,
            mesh,
            certificates: input.node.certificates,
            modes: input.modes,
            isHttp2,
            passthrough: isOriginalDestination(discovery),
          }),
    ),
    ...tcpKeepalive(mesh, connectionPool),
    metadata: { filterMetadata: clusterMetadata(input, originatesTls(policy.tls)) },
    ...discovery,
  });
}

type DiscoveryInit = Partial<Init<typeof ClusterSchema>>;

function isOriginalDestination({ clusterDiscoveryType: type }: DiscoveryInit): boolean {
  return type?.case === 'type' && type.value === Discovery.ORIGINAL_DST;
}

function discoveryOf(input: OutboundClusterInput, policy: TrafficPolicy, name: string): DiscoveryInit | undefined {
  const { service, port, mesh, subset } = input;
  const resolution = policy.loadBalancer?.simple === 'PASSTHROUGH' ? 'passthrough' : service.resolution;
  switch (resolution) {
    case 'client-side-lb':
      return eds();
    case 'passthrough':
      return passthrough(input, name);
    case 'dns-lb':
    case 'dns-round-robin-lb': {
      const type = resolution === 'dns-lb' ? Discovery.STRICT_DNS : Discovery.LOGICAL_DNS;
      const loadAssignment = assignment({
        clusterName: name,
        endpoints: service.endpoints,
        port: port.number,
        subset: subset?.subset.labels ?? {},
        sendUnready: true,
        keepDraining: keepsDraining(service),
        preference: localityPreference(mesh, policy, input.node),
        mutualTls: matchesEndpoints(input),
      });
      if (loadAssignment.endpoints.length === 0) return undefined;
      return { ...dns(type, mesh), loadAssignment };
    }
    case 'dynamic-dns':
      if (isWildcard(service.hostname)) return { ...forwardProxyDiscovery(), lbPolicy: Lb.CLUSTER_PROVIDED };
      return { ...dns(Discovery.STRICT_DNS, mesh), loadAssignment: hostAssignment(name, input) };
    case 'alias':
      return undefined;
  }
}

function eds(): DiscoveryInit {
  return {
    clusterDiscoveryType: { case: 'type', value: Discovery.EDS },
    edsClusterConfig: { edsConfig: adsSource() },
  };
}

/**
 * "The address the client chose". A gateway has none and uses the endpoints; so does a proxy without interception, whose clients
 * connect to the proxy itself: a host name without endpoints is looked up instead.
 */
function passthrough(input: OutboundClusterInput, name: string): DiscoveryInit {
  const { service, mesh, intercepts, proxyType } = input;
  if (intercepts && proxyType === 'sidecar') {
    return {
      clusterDiscoveryType: { case: 'type', value: Discovery.ORIGINAL_DST },
      lbPolicy: Lb.CLUSTER_PROVIDED,
      lbConfig: { case: undefined },
    };
  }
  if (service.registry === 'Kubernetes' || service.endpoints.length > 0 || proxyType === 'router') return eds();
  if (isWildcard(service.hostname)) return { ...forwardProxyDiscovery(), lbPolicy: Lb.CLUSTER_PROVIDED };
  return { ...dns(Discovery.STRICT_DNS, mesh), loadAssignment: hostAssignment(name, input) };
}

function dns(type: Discovery.STRICT_DNS | Discovery.LOGICAL_DNS, mesh: MeshSettings): DiscoveryInit {
  return {
    clusterDiscoveryType: { case: 'type', value: type },
    dnsLookupFamily: Cluster_DnsLookupFamily.V4_PREFERRED,
    dnsRefreshRate: duration(mesh.dnsRefreshRateMs),
    respectDnsTtl: true,
  };
}

/** The label that names a session cookie or header makes sessions stick to endpoints that are on their way out (PILOT_PERSISTENT_SESSION_LABEL). */
export function keepsDraining(service: Service): boolean {
  return (service.labels['istio.io/persistent-session'] ?? '') !== '';
}

/** One endpoint: the host name itself. */
function hostAssignment(clusterName: string, { service, port }: OutboundClusterInput): DiscoveryInit['loadAssignment'] {
  return assignment({
    clusterName,
    endpoints: [
      {
        address: service.hostname,
        port: port.number,
        servicePort: port.number,
        servicePortName: port.name,
        labels: {},
        locality: { region: '', zone: '', subZone: '' },
        network: '',
        weight: 0,
        namespace: service.namespace,
        workload: service.name,
        serviceAccount: '',
        clusterId: '',
        ready: true,
        draining: false,
        hostname: '',
      },
    ],
    port: port.number,
    subset: {},
    sendUnready: true,
    keepDraining: false,
    preference: undefined,
    mutualTls: undefined,
  });
}

/** The peers' modes, for a proxy that has certificates: only its clusters choose by endpoint. */
export function matchesEndpoints({ node, modes }: Pick<OutboundClusterInput, 'node' | 'modes'>): PeerModes | undefined {
  return node.certificates === 'none' ? undefined : modes;
}

/**
 * `istio.services` names the destination in metrics, `istio.config` and `istio.subset` the rule, `weft` where it stands. TLS of the
 * rule's own keeps the ALPN it says, where the mesh's tells which HTTP it carries (xds/filters, the `istio.alpn` filter).
 */
function clusterMetadata({ service, rule, subset }: OutboundClusterInput, ownTls: boolean): Record<string, JsonObject> {
  const [ref] = rule?.origins ?? [];
  const istio: JsonObject = {
    services: [{ host: service.hostname, name: service.name, namespace: service.namespace }],
    ...(service.meshExternal && { external: true }),
    ...(ref && { config: configPath(ref) }),
    ...(subset && { subset: subset.subset.name ?? '' }),
    ...(ownTls && { alpn_override: 'false' }),
  };
  const origin = subset?.origin ?? { ref: ref ?? service.origin, path: '' };
  return { istio, weft: weftOrigin(origin) };
}
