/** Patches of clusters (core/envoyfilter/cluster_patch.go). */
import { clone } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import { type Cluster, ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { parseClusterName } from '../names.ts';
import { attempt } from './apply-patch.ts';
import { mergeMessage } from './merge-message.ts';
import { isMerge, type Patch, type PatchContext } from './patch.ts';
import type { PatchSet } from './patch-set.ts';
import { mergeClusterSocket } from './transport-socket.ts';

/** The cluster as patched: the same object when no patch is about it, undefined when one removed it. */
export function patchCluster(
  cluster: Cluster,
  set: PatchSet,
  context: PatchContext,
  issues: Issue[],
): Cluster | undefined {
  const matching = set.of('CLUSTER', context).filter((patch) => matchesCluster(cluster, patch));
  let copy: Cluster | undefined;
  for (const patch of matching) {
    if (patch.operation === 'REMOVE') return undefined;
    if (!isMerge(patch)) continue;
    const draft = clone(ClusterSchema, copy ?? cluster);
    if (attempt(patch, `cluster ${cluster.name}`, issues, () => mergeCluster(draft, patch))) copy = draft;
  }
  return copy ?? cluster;
}

function mergeCluster(cluster: Cluster, { value, operation }: Patch): boolean {
  const from = value as Cluster;
  // A patch of the transport socket is about nothing else, as in Istio.
  if (mergeClusterSocket(cluster, from)) return true;
  mergeMessage(ClusterSchema, cluster, from, operation === 'MERGE_AND_REPLACE_LIST');
  return true;
}

/** Clusters that patches add. An addition for any context is one for what leaves the proxy. */
export function addedClusters(set: PatchSet, context: PatchContext): readonly Cluster[] {
  return set
    .of('CLUSTER', context)
    .filter((patch) => patch.operation === 'ADD' && (patch.context !== 'ANY' || context !== 'SIDECAR_INBOUND'))
    .map(({ value }) => value as Cluster);
}

function matchesCluster(cluster: Cluster, { match }: Patch): boolean {
  const wanted = match.cluster;
  if (wanted === undefined) return true;
  if (wanted.name) return wanted.name === cluster.name;
  const parsed = parseClusterName(cluster.name);
  if (wanted.subset && wanted.subset !== parsed?.subset) return false;
  if (wanted.portNumber && wanted.portNumber !== parsed?.port) return false;
  if (!wanted.service) return true;
  return parsed?.direction === 'inbound'
    ? servicesOf(cluster).includes(wanted.service)
    : wanted.service === parsed?.host;
}

/** An inbound cluster has its services in its metadata only. */
function servicesOf({ metadata }: Cluster): readonly string[] {
  const services = metadata?.filterMetadata['istio']?.['services'];
  if (!Array.isArray(services)) return [];
  return services.flatMap((service) =>
    service !== null && typeof service === 'object' && !Array.isArray(service) && typeof service['host'] === 'string'
      ? [service['host']]
      : [],
  );
}
