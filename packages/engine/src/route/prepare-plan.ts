import type { ForwardPlan, Plan, ReplyPlan } from '../plan/plan.ts';
import { mergeMetadataMatch } from './compile-clusters.ts';
import type { ForwardAction, Route, VirtualHost, WeightedCluster } from './route.ts';

/**
 * A route's plan when it does not depend on the request. It is made once and handed out for every request, so that the common
 * decision allocates nothing. Undefined for routes whose outcome depends on headers, chance or the path.
 */
export function preparePlan(virtualHost: VirtualHost, route: Route): Plan | undefined {
  const action = route.action;
  switch (action.kind) {
    case 'forward':
      return action.clusters.kind === 'cluster'
        ? forwardPlan(virtualHost, route, action, action.clusters.name, undefined)
        : undefined;
    case 'direct-response':
      return replyPlan('direct-response', virtualHost, route, action.status, action.body);
    case 'non-forwarding':
      return replyPlan('non-forwarding', virtualHost, route, 404, undefined);
    case 'redirect':
      return undefined;
  }
}

/** The plan of each cluster of a weighted route whose clusters are named; undefined for other routes. */
export function prepareSplit(virtualHost: VirtualHost, route: Route): readonly ForwardPlan[] | undefined {
  const action = route.action;
  if (action.kind !== 'forward' || action.clusters.kind !== 'weighted') return undefined;
  return action.clusters.clusters.map((entry) => forwardPlan(virtualHost, route, action, entry.name ?? '', entry));
}

export function forwardPlan(
  virtualHost: VirtualHost,
  route: Route,
  action: ForwardAction,
  cluster: string,
  weighted: WeightedCluster | undefined,
): ForwardPlan {
  return {
    kind: 'forward',
    virtualHost,
    route,
    action,
    cluster,
    weighted,
    metadataMatch: mergeMetadataMatch(action.metadataMatch, weighted?.metadataMatch),
    filterConfigs: weighted === undefined ? route.filterConfigs : weighted.filterConfigs,
  };
}

export function replyPlan(
  reason: ReplyPlan['reason'],
  virtualHost: VirtualHost | undefined,
  route: Route | undefined,
  status: number,
  body: Uint8Array | undefined,
): ReplyPlan {
  const filterConfigs = route?.filterConfigs ?? virtualHost?.filterConfigs ?? new Map<string, readonly unknown[]>();
  return { kind: 'reply', reason, virtualHost, route, status, body, filterConfigs };
}

export function noRoutePlan(virtualHost: VirtualHost): ReplyPlan {
  return replyPlan('no-route', virtualHost, undefined, 404, undefined);
}

/** For an authority that no virtual host claims. */
export const NO_VIRTUAL_HOST: ReplyPlan = replyPlan('no-virtual-host', undefined, undefined, 404, undefined);
