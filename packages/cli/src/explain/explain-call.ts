import type { Random } from '@weft/base';
import {
  compileRouteTable,
  type Explanation,
  explainRequest,
  type ForwardPlan,
  type Plan,
  type RequestHead,
  type RouteVerdict,
  rewriteRequest,
  type VirtualHostVerdict,
} from '@weft/engine';
import { Failure } from '../command/failure.ts';
import { type ExplainedDestination, explainDestination } from './destination.ts';
import type { Explained, ExplainedHost, ExplainedOutcome, ExplainedRetries, ExplainedRule } from './explained.ts';
import { addressOf, type FoundListener, findListener } from './find-routes.ts';
import type { XdsView } from './xds-view.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  /** `[name, value, …]`, names in lower case. */
  readonly headers: readonly string[];
}

/**
 * What the proxy with this configuration would do with the call: the proxy's own decision, with a recorder listening. No traffic.
 */
export function explainCall(view: XdsView, call: Call, random: Random): Explained {
  const request = { method: call.method, url: call.url.href, headers: call.headers };
  const choice = findListener(view, portOf(call.url));
  const empty = { virtualHost: undefined, otherVirtualHosts: [], rule: undefined, lostRules: [] };
  const base = { request, proxy: view.nodeId, otherListeners: choice.lost };
  if (choice.found === undefined) {
    const reason = `no listener takes HTTP on port ${portOf(call.url)}: the connection is refused`;
    return { ...base, ...empty, listener: undefined, outcome: { kind: 'reply', status: 0, reason } };
  }
  const listener = describeListener(choice.found);
  if (choice.found.routes === undefined) {
    const reason = `the proxy has no routes "${choice.found.routeName}"`;
    return { ...base, ...empty, listener, outcome: { kind: 'reply', status: 404, reason } };
  }
  const table = compileRouteTable(choice.found.routes);
  if (!table.ok) {
    const issues = table.issues.map((issue) => `${issue.at}: ${issue.message}`).join('; ');
    throw new Failure('failure', `the proxy would refuse the routes "${choice.found.routeName}": ${issues}`);
  }
  const head = headOf(call);
  const explanation = explainRequest(table.value, head, random);
  return { ...base, listener, ...describeVerdicts(explanation), outcome: describePlan(explanation.plan, head, view) };
}

function describeListener(found: FoundListener): NonNullable<Explained['listener']> {
  return { name: found.listener.name, address: addressOf(found.listener), why: found.why, routes: found.routeName };
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function headOf(call: Call): RequestHead {
  return {
    method: call.method,
    path: `${call.url.pathname}${call.url.search}`,
    authority: call.url.host,
    scheme: call.url.protocol === 'https:' ? 'https' : 'http',
    headers: call.headers,
  };
}

type Verdicts = Pick<Explained, 'virtualHost' | 'otherVirtualHosts' | 'rule' | 'lostRules'>;

function describeVerdicts(explanation: Explanation): Verdicts {
  const hosts = explanation.virtualHosts;
  const winner = hosts.find((host) => host.won);
  const rule = explanation.routes.find((route) => route.won);
  return {
    virtualHost: winner === undefined ? undefined : describeHost(winner),
    otherVirtualHosts: hosts.filter((host) => !host.won).map(describeHost),
    rule: rule === undefined ? undefined : describeRule(rule),
    lostRules: explanation.routes.filter((route) => !route.won).map(describeRule),
  };
}

function describeHost(verdict: VirtualHostVerdict): ExplainedHost {
  const { virtualHost, why, origin } = verdict;
  return { name: virtualHost.name, domains: virtualHost.domains, why, origin };
}

function describeRule(verdict: RouteVerdict): ExplainedRule {
  const { route, asks, why, origin } = verdict;
  return { name: route.name === '' ? `#${route.index}` : route.name, asks, why, origin };
}

function describePlan(plan: Plan, head: RequestHead, view: XdsView): ExplainedOutcome {
  switch (plan.kind) {
    case 'forward':
      return describeForward(plan, head, view);
    case 'redirect':
      return { kind: 'redirect', status: plan.status, location: plan.location };
    case 'reply':
      return { kind: 'reply', status: plan.status, reason: plan.reason };
  }
}

function describeForward(plan: ForwardPlan, head: RequestHead, view: XdsView): ExplainedOutcome {
  const rewritten = rewriteRequest(plan, head, undefined);
  return {
    kind: 'forward',
    destinations: destinationsOf(plan, view),
    timeoutMs: plan.action.timeoutMs,
    retries: retriesOf(plan),
    path: rewritten.path === head.path ? undefined : rewritten.path,
    authority: rewritten.authority === head.authority ? undefined : rewritten.authority,
    mirrors: plan.action.mirrors.flatMap((mirror) => mirror.cluster ?? mirror.clusterHeader ?? []),
  };
}

/** All destinations of a weighted rule, not only the one that chance picked this time. */
function destinationsOf(plan: ForwardPlan, view: XdsView): readonly ExplainedDestination[] {
  const { clusters } = plan.action;
  if (clusters.kind !== 'weighted') return [explainDestination(view, plan.cluster, 100)];
  return clusters.clusters.map((entry) =>
    explainDestination(
      view,
      entry.name ?? `(header ${entry.clusterHeader ?? ''})`,
      (entry.weight / clusters.totalWeight) * 100,
    ),
  );
}

function retriesOf(plan: ForwardPlan): ExplainedRetries | undefined {
  const { retry } = plan.action;
  if (retry === undefined || retry.retries === 0) return undefined;
  return { attempts: retry.retries, on: [...retry.on], perTryTimeoutMs: retry.perTryTimeoutMs };
}
