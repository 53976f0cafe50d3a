import { anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  type Cluster,
  createBalancer,
  type Endpoint,
  EndpointStore,
  explainEndpoints,
  type Locality,
  type PickContext,
} from '@weft/engine';
import { matchedSocket } from '@weft/proxy/decisions';
import { parseClusterName } from '@weft/translate';
import {
  type UpstreamTlsContext,
  UpstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import type { ClusterExplanation, EndpointExplanation, TlsExplanation } from './explanation.ts';
import type { ProxyView } from './proxy-view.ts';
import type { Balanced, Session } from './session.ts';

export type Picked =
  | { readonly kind: 'endpoint'; readonly host: string; readonly port: number; readonly endpoint: Endpoint | undefined }
  | { readonly kind: 'nothing'; readonly reason: string };

/** The cluster's balancer over what it knows of its endpoints; undefined when the endpoints come with the request. */
function balancedOf(view: ProxyView, cluster: Cluster, session: Session): Balanced | undefined {
  let clusters = session.balanced.get(view);
  if (clusters === undefined) {
    clusters = new Map();
    session.balanced.set(view, clusters);
  }
  const known = clusters.get(cluster.name);
  if (known !== undefined) return known;
  const set = view.endpointsOf(cluster);
  if (set === undefined) return undefined;
  const hosts = new EndpointStore().update(set, 0);
  // Time stands still: slow start is over for everybody.
  const nowMs = (): number => Number.MAX_SAFE_INTEGER;
  const made = { hosts, balancer: createBalancer({ lb: cluster.lb, hosts, random: session.random, nowMs }) };
  clusters.set(cluster.name, made);
  return made;
}

/** The endpoint of a request. `wanted`: where its connection went, `authority`: the host it asks for, for clusters that go by those. */
export function pickEndpoint(
  view: ProxyView,
  cluster: Cluster,
  context: PickContext,
  wanted: { readonly address: string; readonly port: number; readonly authority: string },
  session: Session,
): Picked {
  const { discovery } = cluster;
  if (discovery.kind === 'original-dst') {
    return { kind: 'endpoint', host: wanted.address, port: discovery.port ?? wanted.port, endpoint: undefined };
  }
  if (discovery.kind === 'dynamic-forward-proxy') {
    const url = URL.parse(`http://${wanted.authority}`);
    const host = url === null || url.hostname === '' ? wanted.address : url.hostname;
    return { kind: 'endpoint', host, port: url?.port ? Number(url.port) : 80, endpoint: undefined };
  }
  const balanced = balancedOf(view, cluster, session);
  const endpoint = balanced?.balancer.pick(context);
  if (endpoint !== undefined) {
    const { address } = endpoint;
    if (address.kind === 'pipe') return { kind: 'endpoint', host: address.path, port: 0, endpoint };
    return { kind: 'endpoint', host: address.host, port: address.port, endpoint };
  }
  return { kind: 'nothing', reason: noEndpoint(balanced) };
}

function noEndpoint(balanced: Balanced | undefined): string {
  if (balanced === undefined) return 'its endpoints are not known';
  if (balanced.hosts.endpoints.length === 0) return 'no workload is behind it; is one running with these labels?';
  return 'no endpoint is healthy, or none is in the subset';
}

/** What the proxy speaks to the endpoint. `authority` names the server where the cluster leaves that to the request. */
export function upstreamTls(cluster: Cluster, endpoint: Endpoint | undefined, authority: string): TlsExplanation {
  const context = contextOf(cluster, endpoint);
  if (context === undefined) return { mode: 'none', sni: '' };
  const common = context.commonTlsContext;
  const secret = common?.tlsCertificateSdsSecretConfigs[0]?.name;
  const own = common !== undefined && common.tlsCertificates.length > 0;
  const sni = context.sni === '' && cluster.protocol.autoSni ? authority.replace(/:\d+$/, '') : context.sni;
  if (secret === 'default') return { mode: 'istio-mutual', sni };
  return { mode: secret !== undefined || own ? 'mutual' : 'simple', sni };
}

export function upstreamAlpn(cluster: Cluster, endpoint: Endpoint | undefined): readonly string[] {
  return contextOf(cluster, endpoint)?.commonTlsContext?.alpnProtocols ?? [];
}

function contextOf(cluster: Cluster, endpoint: Endpoint | undefined): UpstreamTlsContext | undefined {
  const matched = endpoint && matchedSocket(cluster.transportSocketMatches, endpoint);
  const socket = matched === undefined ? cluster.transportSocket : matched.transportSocket;
  return socket && anyUnpack(socket, UpstreamTlsContextSchema);
}

/** A cluster that a request may go to, with all its endpoints. */
export function explainCluster(
  view: ProxyView,
  name: string,
  share: { readonly percent: number; readonly chosen: boolean },
  session: Session,
): ClusterExplanation {
  const parsed = parseClusterName(name);
  const cluster = view.cluster(name);
  const balanced = cluster && balancedOf(view, cluster, session);
  const endpoints = balanced === undefined ? [] : explainAll(balanced);
  return {
    cluster: name,
    service: parsed?.host ?? '',
    subset: parsed?.subset ?? '',
    port: parsed?.port ?? 0,
    ...share,
    balancing: cluster?.lb.policy.kind ?? '',
    connectTimeoutMs: cluster?.connectTimeoutMs,
    endpoints,
    tls: cluster === undefined ? { mode: 'none', sni: '' } : upstreamTls(cluster, balanced?.hosts.endpoints[0], ''),
    origin: cluster?.origin,
    problem: problemOf(cluster, balanced),
  };
}

function explainAll({ balancer, hosts }: Balanced): readonly EndpointExplanation[] {
  return explainEndpoints(balancer, hosts).map(({ endpoint, eligible, why }) => ({
    address: endpoint.key,
    health: endpoint.health,
    weight: endpoint.weight,
    locality: localityText(endpoint.locality),
    priority: endpoint.priority,
    eligible,
    why,
  }));
}

function localityText({ region, zone, subZone }: Locality): string {
  return [region, zone, subZone].filter((part) => part !== '').join('/');
}

function problemOf(cluster: Cluster | undefined, balanced: Balanced | undefined): string | undefined {
  if (cluster === undefined) return '503 NC: there is no such cluster; does the subset or the service exist?';
  if (balanced === undefined) return undefined;
  if (balanced.hosts.endpoints.length === 0) return `503 UH: ${noEndpoint(balanced)}`;
  return explainAll(balanced).some(({ eligible }) => eligible) ? undefined : '503 UH: no endpoint is healthy';
}
