import type { Random } from '@weft/base';
import type { Origin } from '../decode/origin.ts';
import type { RequestMetadata } from '../match/metadata-match.ts';
import { describeMatch, type FailedCondition } from '../match/route-match.ts';
import { DOMAIN_RANKS, domainMatches, domainRank } from '../route/host-index.ts';
import type { HostEntry, Route, RouteTable, VirtualHost, WeightedCluster } from '../route/route.ts';
import type { Plan } from './plan.ts';
import { decide, routeLabel } from './plan-request.ts';
import type { DecisionRecorder } from './recorder.ts';
import type { RequestHead } from './request-head.ts';

export interface VirtualHostVerdict {
  readonly virtualHost: VirtualHost;
  readonly won: boolean;
  /** The most specific of its domains that matches the host; undefined when none does. */
  readonly domain: string | undefined;
  /** For people. */
  readonly why: string;
  readonly origin: Origin | undefined;
}

export interface RouteVerdict {
  readonly route: Route;
  readonly won: boolean;
  /** What the route asks for: `path starts with "/orders" and header canary = "true"`. */
  readonly asks: string;
  /** The first condition that failed; undefined for the winner. */
  readonly failed: FailedCondition | undefined;
  /** For people. */
  readonly why: string;
  readonly origin: Origin | undefined;
}

export interface SplitVerdict {
  readonly chosen: WeightedCluster;
  /** The number drawn, from 0 up to `total`. */
  readonly roll: number;
  readonly total: number;
  /** The header that gave the number; undefined when chance did. */
  readonly byHeader: string | undefined;
}

/** Why a request is treated as it is: the plan, and what became of everything that was considered. */
export interface Explanation {
  readonly plan: Plan;
  /** The host name that was looked up: the authority, without its port if the table ignores ports. */
  readonly host: string;
  /** In table order. */
  readonly virtualHosts: readonly VirtualHostVerdict[];
  /** Of the virtual host that won, in list order; empty when none did or TLS was required first. */
  readonly routes: readonly RouteVerdict[];
  readonly split: SplitVerdict | undefined;
}

/** The decision of `planRequest`, made by the same code with a recorder listening. */
export function explainRequest(
  table: RouteTable,
  head: RequestHead,
  random: Random,
  metadata: RequestMetadata | undefined = undefined,
): Explanation {
  let host = '';
  let winner: HostEntry | undefined;
  let split: SplitVerdict | undefined;
  const failed = new Map<Route, FailedCondition>();
  let wonRoute: Route | undefined;
  const recorder: DecisionRecorder = {
    virtualHost: (name, entry) => {
      host = name;
      winner = entry;
    },
    lost: (route, condition) => failed.set(route, condition),
    won: (route) => {
      wonRoute = route;
    },
    split: (chosen, roll, total, byHeader) => {
      split = { chosen, roll, total, byHeader };
    },
  };
  const plan = decide(table, head, random, recorder, metadata);
  const considered = wonRoute === undefined && failed.size === 0 ? [] : (winner?.virtualHost.routes ?? []);
  return {
    plan,
    host,
    virtualHosts: table.virtualHosts.map((candidate) => judgeHost(candidate, winner?.virtualHost, host.toLowerCase())),
    routes: considered.map((route) => judgeRoute(route, failed.get(route))),
    split,
  };
}

function judgeHost(candidate: VirtualHost, winner: VirtualHost | undefined, host: string): VirtualHostVerdict {
  const domain = bestDomain(candidate, host);
  const won = candidate === winner;
  return { virtualHost: candidate, won, domain, why: whyHost(won, domain, winner, host), origin: candidate.origin };
}

function whyHost(won: boolean, domain: string | undefined, winner: VirtualHost | undefined, host: string): string {
  if (domain === undefined) return `none of its domains is ${host}`;
  if (won) return `its domain ${domain} is the most specific that matches ${host}`;
  const better = winner === undefined ? undefined : bestDomain(winner, host);
  return `its domain ${domain} matches, but ${better ?? 'another'} (${winner?.name ?? ''}) is more specific`;
}

function bestDomain(candidate: VirtualHost, host: string): string | undefined {
  const specificity = (domain: string): number => DOMAIN_RANKS.indexOf(domainRank(domain)) * 1000 - domain.length;
  return candidate.domains
    .filter((domain) => domainMatches(domain.toLowerCase(), host))
    .sort((a, b) => specificity(a) - specificity(b))[0];
}

function judgeRoute(route: Route, failed: FailedCondition | undefined): RouteVerdict {
  return {
    route,
    won: failed === undefined,
    asks: describeMatch(route.match),
    failed,
    why: failed === undefined ? `${routeLabel(route)} is the first that matches` : whyRoute(failed),
    origin: route.origin,
  };
}

function whyRoute(failed: FailedCondition): string {
  if (failed.kind === 'order') return `it matches, but ${failed.actual ?? 'an earlier route'} comes first`;
  if (failed.kind === 'fraction') return `it takes ${failed.wanted}, and ${failed.actual ?? 'not this one'}`;
  const actual =
    failed.actual === undefined ? 'the request has none' : `the request has ${JSON.stringify(failed.actual)}`;
  return `it wants ${failed.wanted}; ${actual}`;
}
