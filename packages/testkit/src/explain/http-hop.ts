import {
  type Cluster,
  explainRequest,
  type ForwardPlan,
  hashRequest,
  type Plan,
  pickContext,
  planRequest,
  type ReplyPlan,
  type RequestHead,
  type RouteTable,
  rewriteRequest,
} from '@weft/engine';
import { prepareAuthority, preparePath, REPLIES, type ReplyCode, routeTimeouts } from '@weft/proxy/decisions';
import type { ForwardOutcome, ReplyOutcome } from './explanation.ts';
import { changeRequest, changeResponse } from './header-changes.ts';
import type { HopInput, InChain } from './hop.ts';
import { runFilters } from './http-filters.ts';
import { onward } from './onward.ts';
import type { ChainEnd } from './proxy-view.ts';
import { addressesOf, namesOf } from './tcp-hop.ts';
import { explainCluster, type Picked, pickEndpoint, upstreamTls } from './upstream.ts';
import { describeVerdicts } from './verdicts.ts';

type HttpEnd = Extract<ChainEnd, { kind: 'http' }>;

/** A request in a connection manager: prepared, routed, seen by the filters, sent. */
export function httpHop(input: HopInput, end: HttpEnd, arrived: RequestHead): InChain {
  const { view, session } = input;
  const { manager, options } = end;
  const { routeSpecifier } = manager;
  const routes =
    routeSpecifier.case === 'rds'
      ? routeSpecifier.value.routeConfigName
      : routeSpecifier.case === 'routeConfig'
        ? routeSpecifier.value.name
        : '';
  const mutable = { path: arrived.path };
  const prepared = preparePath(mutable, options);
  const authority = prepareAuthority(arrived.authority, options, input.port);
  const head: RequestHead = { ...arrived, path: mutable.path, authority };
  if (prepared !== 'ok') {
    const code = prepared === 'bad' ? 'BAD_PATH' : 'PATH_REDIRECT';
    return { routes, outcome: reply(code, 'the path is not valid or has escaped slashes'), next: undefined };
  }
  const table = view.routesOf(manager);
  if (table === undefined) {
    const reason = `the proxy has no routes "${routes}"`;
    return { routes, outcome: reply('ROUTE_NOT_FOUND', reason), next: undefined };
  }
  const { plan, verdicts } = decide(table, head, input);
  const { filters, reply: answered, delayMs } = runFilters(input, manager, head, plan);
  const known = { routes, ...verdicts, filters };
  if (answered !== undefined) {
    const outcome = reply(answered.code, answered.cause, answered.status, clusterOf(plan));
    const intended = plan.kind === 'forward' ? intentOf(plan, head, input, undefined).outcome : undefined;
    return { ...known, destinations: destinationsOf(plan, input), intended, outcome, next: undefined };
  }
  const followed = follow(plan, head, input, session.traced);
  const { outcome } = followed;
  return { ...known, ...followed, outcome: outcome.kind === 'forward' ? { ...outcome, delayMs } : outcome };
}

function decide(
  table: RouteTable,
  head: RequestHead,
  { session }: HopInput,
): { readonly plan: Plan; readonly verdicts: Partial<InChain> } {
  if (!session.traced) return { plan: planRequest(table, head, session.random), verdicts: {} };
  const explanation = explainRequest(table, head, session.random);
  return { plan: explanation.plan, verdicts: describeVerdicts(explanation) };
}

function follow(plan: Plan, head: RequestHead, input: HopInput, traced: boolean): InChain {
  if (plan.kind === 'forward') return forward(plan, head, input, traced);
  if (plan.kind === 'redirect') {
    return { outcome: { kind: 'redirect', status: plan.status, location: plan.location }, next: undefined };
  }
  return { outcome: replyOf(plan, head), next: undefined };
}

const REPLY_CODES: Readonly<Record<ReplyPlan['reason'], ReplyCode>> = {
  'no-virtual-host': 'ROUTE_NOT_FOUND',
  'no-route': 'ROUTE_NOT_FOUND',
  'no-cluster': 'NO_CLUSTER',
  'direct-response': 'DIRECT_RESPONSE',
  'non-forwarding': 'NON_FORWARDING_ROUTE',
};

function replyOf(plan: ReplyPlan, head: RequestHead): ReplyOutcome {
  const reasons: Readonly<Record<ReplyPlan['reason'], string>> = {
    'no-virtual-host': `no virtual host claims ${head.authority}`,
    'no-route': `no rule of virtual host ${plan.virtualHost?.name ?? ''} matches`,
    'no-cluster': 'the header that names the cluster is missing',
    'direct-response': 'the rule answers by itself (directResponse)',
    'non-forwarding': 'the rule does not forward',
  };
  const body = plan.body === undefined ? '' : new TextDecoder().decode(plan.body);
  return { ...reply(REPLY_CODES[plan.reason], reasons[plan.reason], plan.status), body };
}

function reply(code: ReplyCode, reason: string, status?: number, cluster?: string): ReplyOutcome {
  const known = REPLIES[code];
  const { service, subset } = namesOf(cluster ?? '');
  const { status: ownStatus, flag } = known;
  return { kind: 'reply', status: status ?? ownStatus, flag, code, reason, body: '', cluster, service, subset };
}

function clusterOf(plan: Plan): string | undefined {
  return plan.kind === 'forward' ? plan.cluster : undefined;
}

function forward(plan: ForwardPlan, head: RequestHead, input: HopInput, traced: boolean): InChain {
  const { view, arrival, session } = input;
  const destinations = traced ? destinationsOf(plan, input) : [];
  const cluster = view.cluster(plan.cluster);
  if (cluster === undefined) {
    const reason = `the rule names cluster ${plan.cluster}, which does not exist; does the subset or the service exist?`;
    const outcome = reply('NO_CLUSTER', reason, plan.action.clusterNotFoundStatus, plan.cluster);
    return { destinations, intended: intentOf(plan, head, input, undefined).outcome, outcome, next: undefined };
  }
  const context = pickContext();
  context.metadataMatch = plan.metadataMatch;
  if (plan.action.hash.length > 0) hashRequest(plan.action.hash, head, arrival.source, session.random, context);
  const wanted = { address: arrival.address, port: arrival.port, authority: head.authority };
  const picked = pickEndpoint(view, cluster, context, wanted, session);
  if (picked.kind === 'nothing') {
    const outcome = reply('NO_HEALTHY_UPSTREAM', `cluster ${plan.cluster}: ${picked.reason}`, undefined, plan.cluster);
    return { destinations, intended: intentOf(plan, head, input, undefined).outcome, outcome, next: undefined };
  }
  const { outcome, sent } = intentOf(plan, head, input, { cluster, picked });
  return { destinations, intended: outcome, outcome, next: onward(input, cluster, picked, outcome.tls, sent) };
}

interface Target {
  readonly cluster: Cluster;
  readonly picked: Extract<Picked, { kind: 'endpoint' }>;
}

/** What the rule does with the request, and the request as it leaves; without a target there is nobody to get it. */
function intentOf(
  plan: ForwardPlan,
  head: RequestHead,
  { view, arrival }: HopInput,
  target: Target | undefined,
): { readonly outcome: ForwardOutcome; readonly sent: RequestHead } {
  const { headers, changes } = changeRequest(plan, head, arrival.source);
  const rewritten = rewriteRequest(plan, { ...head, headers }, target?.picked.endpoint?.spec.hostname);
  const { globalMs, perTryMs } = routeTimeouts(plan.action, [...headers]);
  const { retry } = plan.action;
  const outcome: ForwardOutcome = {
    kind: 'forward',
    ...namesOf(plan.cluster),
    cluster: plan.cluster,
    endpoint: target === undefined ? '' : `${target.picked.host}:${target.picked.port}`,
    endpoints: target === undefined ? [] : addressesOf(view, target.cluster),
    timeoutMs: globalMs,
    retries:
      retry === undefined || retry.retries === 0
        ? undefined
        : { attempts: retry.retries, on: [...retry.on], perTryTimeoutMs: perTryMs === 0 ? undefined : perTryMs },
    path: rewritten.path,
    authority: rewritten.authority,
    mirrors: mirrorsOf(plan),
    requestHeaders: changes,
    responseHeaders: changeResponse(plan, head, arrival.source),
    tls:
      target === undefined
        ? { mode: 'none', sni: '' }
        : upstreamTls(target.cluster, target.picked.endpoint, rewritten.authority),
    delayMs: 0,
  };
  return { outcome, sent: { ...head, headers, path: rewritten.path, authority: rewritten.authority } };
}

function mirrorsOf({ action }: ForwardPlan): ForwardOutcome['mirrors'] {
  return action.mirrors.map(({ cluster, clusterHeader, fraction }) => {
    const { service, subset } = namesOf(cluster ?? '');
    const percent = (fraction.numerator / fraction.denominator) * 100;
    return { cluster: cluster ?? `(header ${clusterHeader ?? ''})`, service, subset, percent };
  });
}

/** All destinations of a weighted rule, not only the one that chance picked this time. */
function destinationsOf(plan: Plan, { view, session }: HopInput): NonNullable<InChain['destinations']> {
  if (plan.kind !== 'forward') return [];
  const { clusters } = plan.action;
  if (clusters.kind !== 'weighted') {
    return [explainCluster(view, plan.cluster, { percent: 100, chosen: true }, session)];
  }
  return clusters.clusters.map((entry) => {
    const name = entry.name ?? `(header ${entry.clusterHeader ?? ''})`;
    const share = { percent: (entry.weight / clusters.totalWeight) * 100, chosen: entry === plan.weighted };
    return explainCluster(view, name, share, session);
  });
}
