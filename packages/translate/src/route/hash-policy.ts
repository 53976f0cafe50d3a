import { create } from '@bufbuild/protobuf';
import type { ConsistentHashLb, Destination, PortTrafficPolicy } from '@weft/config';
import type { DestinationRule } from '@weft/mesh';
import {
  type RouteAction_HashPolicy,
  RouteAction_HashPolicySchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { duration } from '../wire/duration.ts';

/**
 * The hash a destination's rule asks for, nearest first: the subset's port, the subset, the rule's port, the rule
 * (route.go, HashForHTTPDestination). `port` is undefined when the destination names none.
 */
export function consistentHashOf(
  rule: DestinationRule | undefined,
  destination: Pick<Destination, 'subset'>,
  port: number | undefined,
): ConsistentHashLb | undefined {
  if (rule === undefined) return undefined;
  const subset = rule.subsets.find((each) => each.subset.name === destination.subset)?.subset.trafficPolicy;
  return (
    ofPort(subset?.portLevelSettings, port) ??
    subset?.loadBalancer?.consistentHash ??
    ofPort(rule.trafficPolicy?.portLevelSettings, port) ??
    rule.trafficPolicy?.loadBalancer?.consistentHash
  );
}

function ofPort(settings: readonly PortTrafficPolicy[] = [], port: number | undefined): ConsistentHashLb | undefined {
  if (port === undefined) return undefined;
  return settings.find((each) => each.port?.number === port)?.loadBalancer?.consistentHash;
}

/** The part of the request that is hashed; undefined when the rule names none. */
export function hashPolicy(hash: ConsistentHashLb | undefined): RouteAction_HashPolicy | undefined {
  const policySpecifier = hash === undefined ? undefined : specifier(hash);
  return policySpecifier === undefined ? undefined : create(RouteAction_HashPolicySchema, { policySpecifier });
}

function specifier(hash: ConsistentHashLb): RouteAction_HashPolicy['policySpecifier'] | undefined {
  const policy = (init: Parameters<typeof create<typeof RouteAction_HashPolicySchema>>[1]) =>
    create(RouteAction_HashPolicySchema, init).policySpecifier;
  if (hash.httpHeaderName !== undefined) {
    return policy({ policySpecifier: { case: 'header', value: { headerName: hash.httpHeaderName } } });
  }
  if (hash.httpCookie !== undefined) {
    const { name = '', path = '', ttlMs, attributes = [] } = hash.httpCookie;
    const cookie = {
      name,
      path,
      ...(ttlMs !== undefined && { ttl: duration(ttlMs) }),
      attributes: attributes.map((each) => ({ name: each.name ?? '', value: each.value ?? '' })),
    };
    return policy({ policySpecifier: { case: 'cookie', value: cookie } });
  }
  if (hash.useSourceIp !== undefined) {
    return policy({ policySpecifier: { case: 'connectionProperties', value: { sourceIp: hash.useSourceIp } } });
  }
  if (hash.httpQueryParameterName !== undefined) {
    return policy({ policySpecifier: { case: 'queryParameter', value: { name: hash.httpQueryParameterName } } });
  }
  return undefined;
}
