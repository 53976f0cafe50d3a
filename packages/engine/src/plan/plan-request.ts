import type { Random } from '@weft/base';
import type { RequestMetadata } from '../match/metadata-match.ts';
import { describeFraction, matchablePath, matchesRoute } from '../match/route-match.ts';
import { withoutPort } from '../route/host-index.ts';
import { forwardPlan, NO_VIRTUAL_HOST, replyPlan } from '../route/prepare-plan.ts';
import type { ForwardAction, HostEntry, Route, RouteTable, WeightedCluster } from '../route/route.ts';
import type { Plan } from './plan.ts';
import type { DecisionRecorder } from './recorder.ts';
import { planRedirect, planTlsRedirect } from './redirect.ts';
import { headValue, type RequestHead } from './request-head.ts';

/**
 * @hot What is to become of a request: virtual host, then the first route in list order that matches, then its action
 * (route_components.proto). Pure but for `random`, which decides weighted splits and fractions. `metadata` is what filters found out so far.
 */
export function planRequest(
  table: RouteTable,
  head: RequestHead,
  random: Random,
  metadata: RequestMetadata | undefined = undefined,
): Plan {
  return decide(table, head, random, null, metadata);
}

/** @hot The decision itself; with a recorder every route is tried, with none only those that the index offers. */
export function decide(
  table: RouteTable,
  head: RequestHead,
  random: Random,
  recorder: DecisionRecorder | null,
  metadata: RequestMetadata | undefined,
): Plan {
  const host = table.ignorePort ? withoutPort(head.authority) : head.authority;
  const entry = table.hosts.find(host);
  if (recorder !== null) recorder.virtualHost(host, entry);
  if (entry === undefined) return NO_VIRTUAL_HOST;
  if (entry.virtualHost.requireTls !== 'none' && mustUseTls(entry, head))
    return planTlsRedirect(entry.virtualHost, head);
  const path = matchablePath(head.path, table.ignorePathParameters);
  const order =
    recorder !== null
      ? tracedRoute(entry, head, path, random, recorder, metadata)
      : entry.index.linear
        ? firstOfAll(entry, head, path, random, metadata)
        : firstOfIndexed(entry, head, path, random, metadata);
  if (order < 0) return entry.noRoute;
  return entry.plans[order] ?? planVariable(entry, order, head, random, recorder);
}

/** External is what the edge has not marked as internal (VirtualHost.TlsRequirementType). */
function mustUseTls(entry: HostEntry, head: RequestHead): boolean {
  if (head.scheme === 'https') return false;
  return entry.virtualHost.requireTls === 'all' || headValue(head, 'x-envoy-internal') !== 'true';
}

/** @hot */
function firstOfAll(
  entry: HostEntry,
  head: RequestHead,
  path: string,
  random: Random,
  metadata: RequestMetadata | undefined,
): number {
  const routes = entry.virtualHost.routes;
  for (let i = 0; i < routes.length; i++) {
    const match = routes[i]!.match;
    if (
      matchesRoute(match, head, path, null, metadata) &&
      (match.fraction === undefined || draw(match.fraction, random))
    )
      return i;
  }
  return -1;
}

/** @hot */
function firstOfIndexed(
  entry: HostEntry,
  head: RequestHead,
  path: string,
  random: Random,
  metadata: RequestMetadata | undefined,
): number {
  const routes = entry.virtualHost.routes;
  const index = entry.index;
  index.begin(path);
  for (;;) {
    const i = index.next();
    if (i < 0) return -1;
    const match = routes[i]!.match;
    if (
      matchesRoute(match, head, path, null, metadata) &&
      (match.fraction === undefined || draw(match.fraction, random))
    )
      return i;
  }
}

function draw(fraction: { readonly numerator: number; readonly denominator: number }, random: Random): boolean {
  return random.below(fraction.denominator) < fraction.numerator;
}

/** Tries every route, also after one has won, for what each of them would have said. Draws only where the silent build draws. */
function tracedRoute(
  entry: HostEntry,
  head: RequestHead,
  path: string,
  random: Random,
  recorder: DecisionRecorder,
  metadata: RequestMetadata | undefined,
): number {
  let winner = -1;
  entry.virtualHost.routes.forEach((route, i) => {
    const { match } = route;
    if (!matchesRoute(match, head, path, { failed: (condition) => recorder.lost(route, condition) }, metadata)) return;
    if (winner >= 0) {
      const first = entry.virtualHost.routes[winner]!;
      recorder.lost(route, { kind: 'order', wanted: 'that no earlier route matches', actual: routeLabel(first) });
    } else if (match.fraction !== undefined && !draw(match.fraction, random)) {
      recorder.lost(route, {
        kind: 'fraction',
        wanted: describeFraction(match.fraction),
        actual: 'this request was not drawn',
      });
    } else {
      winner = i;
      recorder.won(route);
    }
  });
  return winner;
}

export function routeLabel(route: Route): string {
  return route.name === '' ? `routes[${route.index}]` : `routes[${route.index}] (${route.name})`;
}

function planVariable(
  entry: HostEntry,
  order: number,
  head: RequestHead,
  random: Random,
  recorder: DecisionRecorder | null,
): Plan {
  const route = entry.virtualHost.routes[order]!;
  const action = route.action;
  if (action.kind === 'redirect') return planRedirect(entry.virtualHost, route, action, head);
  if (action.kind !== 'forward') throw new Error(`a ${action.kind} route has a prepared plan`);
  const clusters = action.clusters;
  if (clusters.kind === 'weighted') return planSplit(entry, order, route, action, head, random, recorder);
  const name = clusters.kind === 'header' ? headValue(head, clusters.header) : clusters.name;
  return named(entry, route, action, name, undefined);
}

function named(
  entry: HostEntry,
  route: Route,
  action: ForwardAction,
  name: string | undefined,
  weighted: WeightedCluster | undefined,
): Plan {
  if (name === undefined || name === '') {
    return replyPlan('no-cluster', entry.virtualHost, route, action.clusterNotFoundStatus, undefined);
  }
  return forwardPlan(entry.virtualHost, route, action, name, weighted);
}

/** @hot WeightedCluster: a number below the total, by chance or from the header that the table names, falls to one entry. */
function planSplit(
  entry: HostEntry,
  order: number,
  route: Route,
  action: ForwardAction,
  head: RequestHead,
  random: Random,
  recorder: DecisionRecorder | null,
): Plan {
  const clusters = action.clusters;
  if (clusters.kind !== 'weighted') throw new Error('not a weighted route');
  const fixed = clusters.header === undefined ? undefined : wholeNumber(headValue(head, clusters.header));
  const roll = fixed === undefined ? random.below(clusters.totalWeight) : Number(fixed % BigInt(clusters.totalWeight));
  const list = clusters.clusters;
  let at = 0;
  while (at < list.length - 1 && roll >= list[at]!.upTo) at++;
  const chosen = list[at]!;
  if (recorder !== null)
    recorder.split(chosen, roll, clusters.totalWeight, fixed === undefined ? undefined : clusters.header);
  if (chosen.name !== undefined) return entry.splits[order]![at]!;
  return named(entry, route, action, headValue(head, chosen.clusterHeader ?? ''), chosen);
}

/** An unsigned 64-bit number in base 10, as Envoy reads `header_name`; undefined leaves it to chance. */
function wholeNumber(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value <= 0xffff_ffff_ffff_ffffn ? value : undefined;
}
