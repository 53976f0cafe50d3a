import type { DestinationRule, MeshProxy, Node, Service, ServicePort, Snapshot } from '@weft/mesh';
import { type Cluster, Cluster_DiscoveryType } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { assignment } from '../endpoint/assignment.ts';
import { localityPreference } from '../endpoint/locality-lb.ts';
import { Memo } from '../memo.ts';
import { type PeerModes, peerModes } from './mutual-tls.ts';
import { keepsDraining, matchesEndpoints, outboundClusterOf } from './outbound.ts';
import { effectivePolicy } from './traffic-policy.ts';

export interface ClusterWithEndpoints {
  readonly cluster: Cluster;
  /** Undefined when the cluster does not ask for its endpoints by EDS. */
  readonly assignment: ClusterLoadAssignment | undefined;
}

/** Made once, then shared by every proxy that sees the same service through the same rule. */
const memo = new Memo<readonly ClusterWithEndpoints[]>();

/** The clusters of every service and subset in a proxy's scope, and the endpoints of those that ask for them. */
export function outboundClusters(snapshot: Snapshot, proxy: MeshProxy): readonly ClusterWithEndpoints[] {
  const { node, scope } = proxy;
  const { mesh } = snapshot;
  const intercepts = node.interception !== 'NONE';
  const found: ClusterWithEndpoints[] = [];
  const { certificates } = node;
  for (const service of scope.services) {
    const modes = certificates === 'none' ? PLAIN_TEXT : peerModes(snapshot, service);
    const rule = scope.destinationRule(service, node.labels);
    const make = (): readonly ClusterWithEndpoints[] =>
      service.ports.flatMap((port) =>
        clustersOf({ service, port, rule, mesh, proxyType: node.type, intercepts, node, modes }),
      );
    const key = `${placeKey(service, rule, mesh, node)} ${modeKey(certificates, modes)}`;
    found.push(...memo.get(service, key, [rule, mesh, node.type, intercepts], make));
  }
  return found;
}

const PLAIN_TEXT: PeerModes = { namespace: 'disable', refusing: new Set() };

function modeKey(certificates: Node['certificates'], { namespace, refusing }: PeerModes): string {
  return certificates === 'none' ? '' : [certificates, namespace, ...refusing].join(' ');
}

/** What of a proxy's place its endpoints of `service` depend on, as text; empty where it makes no difference, so that proxies share. */
function placeKey(service: Service, rule: DestinationRule | undefined, mesh: Snapshot['mesh'], node: Node): string {
  const subsets = [undefined, ...(rule?.subsets ?? [])];
  const preferences = service.ports.flatMap((port) =>
    subsets.map((subset) =>
      localityPreference(mesh, effectivePolicy(mesh, rule, subset?.subset.trafficPolicy, port.number), node),
    ),
  );
  if (preferences.every((preference) => preference === undefined)) return '';
  const labels = preferences.find((preference) => preference?.setting.failoverPriority !== undefined)?.labels;
  return JSON.stringify([node.locality, labels]);
}

interface Input {
  readonly service: Service;
  readonly port: ServicePort;
  readonly rule: DestinationRule | undefined;
  readonly mesh: Snapshot['mesh'];
  readonly proxyType: 'sidecar' | 'router';
  readonly intercepts: boolean;
  readonly node: Node;
  readonly modes: PeerModes;
}

function clustersOf(input: Input): readonly ClusterWithEndpoints[] {
  const { service, port, rule, mesh } = input;
  if (port.protocol === 'udp' || service.resolution === 'alias') return [];
  const found: ClusterWithEndpoints[] = [];
  for (const subset of [undefined, ...(rule?.subsets ?? [])]) {
    const cluster = outboundClusterOf({ ...input, subset });
    if (cluster === undefined) continue;
    const isEds =
      cluster.clusterDiscoveryType.case === 'type' && cluster.clusterDiscoveryType.value === Cluster_DiscoveryType.EDS;
    const policy = effectivePolicy(mesh, rule, subset?.subset.trafficPolicy, port.number);
    const endpoints = isEds
      ? assignment({
          clusterName: cluster.name,
          endpoints: service.endpoints,
          port: port.number,
          subset: subset?.subset.labels ?? {},
          sendUnready: !policy.outlierDetection?.minHealthPercent,
          keepDraining: keepsDraining(service),
          preference: localityPreference(mesh, policy, input.node),
          mutualTls: matchesEndpoints(input),
        })
      : undefined;
    found.push({ cluster, assignment: endpoints });
  }
  return found;
}
