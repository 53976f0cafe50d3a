import type { Metadata } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  RouteAction as RouteActionMessage,
  WeightedCluster as WeightedClusterMessage,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { metadataPairs } from '../decode/scalars.ts';
import { sealOps } from '../format/header-ops.ts';
import { compileHostRewrite } from './compile-rewrite.ts';
import { headerLevel, type Levels, levelOps, narrowFilters } from './levels.ts';
import type { ClusterChoice, MetadataMatch, WeightedCluster } from './route.ts';

/** The cluster specifier. `levels` are those of the route and above; weighted clusters add their own. */
export function compileClusterChoice(
  message: RouteActionMessage,
  at: string,
  levels: Levels,
  issues: Issues,
): ClusterChoice {
  const form = message.clusterSpecifier;
  switch (form.case) {
    case 'cluster':
      if (form.value === '') issues.error(`${at}.cluster`, 'missing-field', 'is empty', 'a cluster name');
      return { kind: 'cluster', name: form.value };
    case 'clusterHeader':
      return { kind: 'header', header: clusterHeader(form.value, `${at}.cluster_header`, issues) };
    case 'weightedClusters':
      return compileWeighted(form.value, `${at}.weighted_clusters`, levels, issues);
    default:
      issues.error(at, 'missing-field', 'names no cluster', 'one of cluster, cluster_header, weighted_clusters');
      return { kind: 'cluster', name: '' };
  }
}

function compileWeighted(message: WeightedClusterMessage, at: string, levels: Levels, issues: Issues): ClusterChoice {
  let total = 0;
  const clusters = message.clusters.map((entry, i): WeightedCluster => {
    const where = `${at}.clusters[${i}]`;
    if ((entry.name === '') === (entry.clusterHeader === '')) {
      issues.error(where, 'invalid-value', 'needs exactly one of name and cluster_header');
    }
    if (entry.weight === undefined) issues.error(`${where}.weight`, 'missing-field', 'is not given', 'a whole number');
    total += entry.weight ?? 0;
    const inner: Levels = {
      ...levels,
      headers: [headerLevel(entry, where, issues), ...levels.headers],
      filters: narrowFilters(levels, entry.typedPerFilterConfig, where, issues),
    };
    return {
      name: entry.name === '' ? undefined : entry.name,
      clusterHeader:
        entry.clusterHeader === '' ? undefined : clusterHeader(entry.clusterHeader, `${where}.cluster_header`, issues),
      weight: entry.weight ?? 0,
      upTo: total,
      hostRewrite: compileHostRewrite(entry.hostRewriteSpecifier, where, issues),
      metadataMatch: compileMetadataMatch(entry.metadataMatch),
      requestHeaders: sealOps(levelOps(inner, 'request')),
      responseHeaders: sealOps(levelOps(inner, 'response')),
      filterConfigs: inner.filters,
    };
  });
  if (total === 0) issues.error(at, 'invalid-value', 'the weights add up to zero', 'at least one weight above zero');
  if (total > 0xffff_ffff) issues.error(at, 'invalid-value', `the weights add up to ${total}`, 'at most 4294967295');
  const stated = message.totalWeight;
  if (stated !== undefined && stated > 0 && stated !== total) {
    issues.error(
      `${at}.total_weight`,
      'invalid-value',
      `is ${stated}, the weights add up to ${total}`,
      'their sum, or nothing',
    );
  }
  const header = message.randomValueSpecifier.case === 'headerName' ? message.randomValueSpecifier.value : '';
  return { kind: 'weighted', clusters, totalWeight: total, header: header === '' ? undefined : header.toLowerCase() };
}

function clusterHeader(name: string, at: string, issues: Issues): string {
  if (name === '' || name === ':path')
    issues.error(at, 'invalid-value', `\`${name}\` cannot name a cluster`, 'a header');
  return name.toLowerCase();
}

/** `metadata_match.filter_metadata["envoy.lb"]`; other namespaces do not take part in balancing. */
export function compileMetadataMatch(metadata: Metadata | undefined): MetadataMatch | undefined {
  const lb = metadata?.filterMetadata['envoy.lb'];
  return lb === undefined ? undefined : metadataPairs(lb);
}

/** The route's criteria with the weighted cluster's on top, key by key (WeightedCluster.ClusterWeight.metadata_match). */
export function mergeMetadataMatch(
  route: MetadataMatch | undefined,
  cluster: MetadataMatch | undefined,
): MetadataMatch | undefined {
  if (route === undefined || cluster === undefined) return cluster ?? route;
  const merged = new Map(route);
  for (const [key, value] of cluster) merged.set(key, value);
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
}
