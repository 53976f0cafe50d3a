import type { PortTrafficPolicy, TrafficPolicy } from '@weft/config';
import type { DestinationRule, MeshSettings } from '@weft/mesh';

/**
 * The policy for one port of a service or subset, from the outside in: the mesh's default, the rule, the rule's port, the subset, the
 * subset's port. A port's settings replace the load balancer, pool, outlier detection and TLS as a whole; a subset replaces only what it
 * says (util.MergeSubsetTrafficPolicy, GetPortLevelTrafficPolicy).
 */
export function effectivePolicy(
  mesh: MeshSettings,
  rule: DestinationRule | undefined,
  subset: TrafficPolicy | undefined,
  port: number,
): TrafficPolicy {
  const { trafficPolicy } = rule ?? {};
  const base = withPort(trafficPolicy ?? {}, trafficPolicy?.portLevelSettings, port);
  const { connectionPool, outlierDetection } = mesh.defaultTrafficPolicy ?? {};
  const defaulted: TrafficPolicy = {
    ...(connectionPool && { connectionPool }),
    ...(outlierDetection && { outlierDetection }),
    ...base,
  };
  if (subset === undefined) return defaulted;
  const { portLevelSettings, ...said } = subset;
  return withPort({ ...defaulted, ...said }, portLevelSettings, port);
}

function withPort(
  policy: TrafficPolicy,
  settings: readonly PortTrafficPolicy[] | undefined,
  number: number,
): TrafficPolicy {
  const { portLevelSettings: _all, ...rest } = policy;
  const found = settings?.find((each) => each.port?.number === number);
  if (found === undefined) return rest;
  const { connectionPool: _pool, loadBalancer: _lb, outlierDetection: _outlier, tls: _tls, ...kept } = rest;
  const { port: _port, ...said } = found;
  return { ...kept, ...said };
}
