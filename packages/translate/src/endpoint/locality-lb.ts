/**
 * Which localities a proxy prefers.   in: endpoints by locality, the setting in force, where the proxy is   out: priorities and weights
 * Spec: istio.io/docs/reference/config/networking/destination-rule (LocalityLoadBalancerSetting); core/loadbalancer/loadbalancer.go.
 */
import type { LocalityLbSetting, TrafficPolicy } from '@weft/config';
import type { Endpoint, Labels, Locality, MeshSettings, Node } from '@weft/mesh';

/** A locality's endpoints as they go out. */
export interface LocalityGroup {
  readonly locality: Locality;
  readonly endpoints: readonly Endpoint[];
  readonly priority: number;
  readonly weight: number;
}

/** What is in force for one cluster of one proxy. */
export interface LocalityPreference {
  readonly setting: LocalityLbSetting;
  readonly from: Locality;
  /** The proxy's labels with its place among them, for `failoverPriority`. */
  readonly labels: Labels;
  /** Without outlier detection Envoy would never leave a priority, so there is only one. */
  readonly failover: boolean;
}

/** A rule's setting replaces the mesh's as a whole; `enabled: false` in either turns all of it off. */
function settingOf(mesh: MeshSettings, policy: TrafficPolicy): LocalityLbSetting | undefined {
  const setting = policy.loadBalancer?.localityLbSetting ?? mesh.localityLbSetting ?? {};
  return setting.enabled === false ? undefined : setting;
}

/** Undefined when the proxy's place makes no difference. */
export function localityPreference(
  mesh: MeshSettings,
  policy: TrafficPolicy,
  node: Pick<Node, 'locality' | 'labels' | 'network' | 'clusterId'>,
): LocalityPreference | undefined {
  const setting = settingOf(mesh, policy);
  if (setting === undefined) return undefined;
  const failover = policy.outlierDetection !== undefined;
  if (!failover && setting.distribute === undefined) return undefined;
  return { setting, from: node.locality, labels: withPlace(node.labels, node), failover };
}

/** Whether localities are to share by weight. Otherwise weights would get in the way of policies like least request. */
export function weighsLocalities(mesh: MeshSettings, policy: TrafficPolicy): boolean {
  const setting = settingOf(mesh, policy);
  if (setting === undefined) return false;
  const said = setting.failover !== undefined || setting.failoverPriority !== undefined;
  return setting.distribute !== undefined || (said && policy.outlierDetection !== undefined);
}

/** Labels by which Istio tells where a workload runs. */
function withPlace(
  labels: Labels,
  place: { readonly locality: Locality; readonly network: string; readonly clusterId: string },
): Labels {
  const { region, zone, subZone } = place.locality;
  const where = [
    ['topology.kubernetes.io/region', region],
    ['topology.kubernetes.io/zone', zone],
    ['topology.istio.io/subzone', subZone],
    ['topology.istio.io/network', place.network],
    ['topology.istio.io/cluster', place.clusterId],
  ].filter(([, value]) => value !== '');
  return { ...labels, ...Object.fromEntries(where) };
}

/** Applies the preference; either `distribute` or failover, as in Istio. */
export function preferLocalities(
  groups: readonly LocalityGroup[],
  preference: LocalityPreference,
): readonly LocalityGroup[] {
  const { setting, from, labels, failover } = preference;
  if (setting.distribute !== undefined) return distribute(groups, setting.distribute, from);
  if (!failover) return groups;
  if (setting.failoverPriority === undefined || setting.failoverPriority.length === 0)
    return byDistance(groups, setting.failover ?? [], from);
  const split = groups.flatMap((group) => byLabels(group, setting.failoverPriority ?? [], labels));
  const ordered = withoutGaps(split);
  return setting.failover === undefined || setting.failover.length === 0
    ? ordered
    : byDistance(ordered, setting.failover, from);
}

/** Shares by the first entry that matches the proxy's place; localities that it does not name get nothing. */
function distribute(
  groups: readonly LocalityGroup[],
  entries: NonNullable<LocalityLbSetting['distribute']>,
  from: Locality,
): readonly LocalityGroup[] {
  const entry = entries.find((each) => matches(from, each.from ?? ''));
  if (entry === undefined) return groups;
  const weights = new Map<LocalityGroup, number>();
  for (const [place, share] of Object.entries(entry.to ?? {})) {
    const found = groups.filter((group) => !weights.has(group) && matches(group.locality, place));
    const total = found.reduce((sum, group) => sum + group.weight, 0);
    for (const group of found) weights.set(group, Math.ceil((group.weight * share) / total));
  }
  return groups.flatMap((group) => {
    const weight = weights.get(group);
    return weight === undefined || weight === 0 ? [] : [{ ...group, weight }];
  });
}

/** `region/zone/subzone`, of which later parts may be missing or `*`. */
function matches(locality: Locality, rule: string): boolean {
  const [region = '', zone = '', subZone = ''] = rule.split('/');
  const part = (said: string, actual: string): boolean => said === '' || said === '*' || said === actual;
  return (region === '*' || region === locality.region) && part(zone, locality.zone) && part(subZone, locality.subZone);
}

const OTHER_REGION = 3;
/** Another region than the one that is to take over. */
const NOT_CHOSEN = 4;
const DISTANCES = 5;

function byDistance(
  groups: readonly LocalityGroup[],
  failover: NonNullable<LocalityLbSetting['failover']>,
  from: Locality,
): readonly LocalityGroup[] {
  const to = failover.find((entry) => entry.from === from.region)?.to;
  return withoutGaps(
    groups.map((group) => {
      const near = distance(from, group.locality);
      const chosen = near !== OTHER_REGION || to === undefined || group.locality.region === to;
      return { ...group, priority: group.priority * DISTANCES + (chosen ? near : NOT_CHOSEN) };
    }),
  );
}

function distance(a: Locality, b: Locality): number {
  if (a.region !== b.region) return OTHER_REGION;
  if (a.zone !== b.zone) return 2;
  return a.subZone === b.subZone ? 0 : 1;
}

/** Splits a locality by how many of the listed labels, from the first on, its endpoints share with the proxy (`label` or `label=value`). */
function byLabels(group: LocalityGroup, priorities: readonly string[], own: Labels): readonly LocalityGroup[] {
  const wanted = priorities.map((text) => {
    const [name = '', value, ...more] = text.split('=');
    return { name, value: value !== undefined && more.length === 0 ? value : own[name] };
  });
  const rank = (endpoint: Endpoint): number => {
    const labels = withPlace(endpoint.labels, endpoint);
    const differs = wanted.findIndex(({ name, value }) => (value ?? '') !== (labels[name] ?? ''));
    return differs === -1 ? 0 : priorities.length - differs;
  };
  const ranks = Map.groupBy(group.endpoints, rank);
  return [...ranks]
    .sort(([a], [b]) => a - b)
    .map(([priority, endpoints]) => ({ ...group, endpoints, priority, weight: weightOfAll(endpoints) }));
}

/** Priorities must follow each other without gaps (ClusterLoadAssignment). */
function withoutGaps(groups: readonly LocalityGroup[]): readonly LocalityGroup[] {
  const used = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b);
  return groups.map((group) => ({ ...group, priority: used.indexOf(group.priority) }));
}

export function weightOfAll(endpoints: readonly Endpoint[]): number {
  return endpoints.reduce((sum, endpoint) => sum + weightOf(endpoint), 0);
}

/** 0 is "not said". */
export function weightOf(endpoint: Endpoint): number {
  return endpoint.weight > 0 ? endpoint.weight : 1;
}
