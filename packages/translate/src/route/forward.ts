import { create } from '@bufbuild/protobuf';
import type { HttpRewrite, HttpRoute, HttpRouteDestination } from '@weft/config';
import {
  type RouteAction,
  RouteActionSchema,
  type WeightedCluster_ClusterWeightSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Init } from '../wire/init.ts';
import { destinationCluster, type RouteContext } from './context.ts';
import { hashPolicy } from './hash-policy.ts';
import { authorityOf, type HeaderOperations, headerOperations } from './header-operations.ts';
import { mirrorPolicies } from './mirror.ts';
import { retryPolicy } from './retry.ts';
import { timeouts } from './timeout.ts';

type ActionInit = Init<typeof RouteActionSchema>;

/**
 * A rule that forwards → RouteAction (route.go, applyHTTPRouteDestination). `operations` are the route's own header operations,
 * to which those of a single destination are added.
 */
export function forwardAction(rule: HttpRoute, operations: HeaderOperations, context: RouteContext): RouteAction {
  const destinations = rule.route ?? [];
  const [only] = destinations;
  const single = destinations.length === 1 && only !== undefined;
  const split = single ? singleDestination(only, operations, context) : weightedDestinations(destinations, context);
  const authority = rule.rewrite?.authority || authorityOf(rule.headers) || (single ? authorityOf(only.headers) : '');
  const hashes = destinations.map((each) => (each.destination ? context.hash(each.destination) : undefined));
  const retry = retryPolicy(
    rule.retries ?? context.mesh.defaultHttpRetryPolicy,
    single && hashes[0] !== undefined,
    context.node,
  );
  return create(RouteActionSchema, {
    ...timeouts(rule.timeoutMs),
    ...split,
    ...rewrite(rule.rewrite),
    ...(authority !== '' && { hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: authority } }),
    requestMirrorPolicies: mirrorPolicies(rule, (destination) => destinationCluster(destination, context)),
    hashPolicy: hashes.map(hashPolicy).filter((policy) => policy !== undefined),
    ...(retry && { retryPolicy: retry }),
  });
}

/** One destination takes everything whatever its weight. */
function singleDestination(
  each: HttpRouteDestination,
  operations: HeaderOperations,
  context: RouteContext,
): ActionInit {
  const own = headerOperations(each.headers);
  operations.requestHeadersToAdd.push(...own.requestHeadersToAdd);
  operations.requestHeadersToRemove.push(...own.requestHeadersToRemove);
  operations.responseHeadersToAdd.push(...own.responseHeadersToAdd);
  operations.responseHeadersToRemove.push(...own.responseHeadersToRemove);
  return { clusterSpecifier: { case: 'cluster', value: destinationCluster(each.destination ?? {}, context) } };
}

/** With several destinations, those of weight 0 are left out; the weights need not add up to 100. */
function weightedDestinations(destinations: readonly HttpRouteDestination[], context: RouteContext): ActionInit {
  const clusters = destinations
    .filter((each) => (each.weight ?? 0) > 0)
    .map((each): Init<typeof WeightedCluster_ClusterWeightSchema> => {
      const authority = authorityOf(each.headers);
      return {
        name: destinationCluster(each.destination ?? {}, context),
        weight: each.weight ?? 0,
        ...headerOperations(each.headers),
        ...(authority !== '' && { hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: authority } }),
      };
    });
  return { clusterSpecifier: { case: 'weightedClusters', value: { clusters } } };
}

function rewrite(rewrite: HttpRewrite | undefined): ActionInit {
  const regex = rewrite?.uriRegexRewrite;
  if (regex !== undefined) {
    return { regexRewrite: { pattern: { regex: regex.match ?? '' }, substitution: regex.rewrite ?? '' } };
  }
  return rewrite?.uri ? { prefixRewrite: rewrite.uri } : {};
}
