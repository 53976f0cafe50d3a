import type {
  BackendRef,
  GrpcRouteFilter,
  GrpcRouteRule,
  Headers,
  HttpBackendRef,
  HttpMatchRequest,
  HttpRetry,
  HttpRoute,
  HttpRouteDestination,
  HttpRouteFilter,
  HttpRouteRule,
  RouteDestination,
} from '@weft/config';
import { backendOf, type RouteObject, sharesOf } from './backend.ts';
import { corsOf, headerOperationsOf, mirrorOf, redirectOf, rewriteOf } from './filters.ts';
import type { Lookup } from './inputs.ts';
import { grpcMatchOf, httpMatchOf } from './matches.ts';
import { joinProblems, type Problem } from './problem.ts';

/** A rule of a route with one of its matches, and where it was written. */
export interface Converted<T> {
  readonly rule: T;
  /** Below the route: `spec.rules[1]`, `spec.rules[1].matches[0]`. */
  readonly path: string;
}

/** The rules of a route. One impossible rule makes the whole route unusable; other problems leave it in force. */
export interface ConvertedRules<T> {
  readonly rules: readonly Converted<T>[];
  readonly problem: Problem | undefined;
}

type Draft = { -readonly [K in keyof HttpRoute]: HttpRoute[K] };

interface RuleInput {
  readonly name: string | undefined;
  readonly index: number;
  readonly route: RouteObject;
  readonly lookup: Lookup;
}

/** Each match becomes a rule of its own, since the order of rules is the order of their matches. */
export function httpRules(
  rules: readonly HttpRouteRule[],
  route: RouteObject,
  lookup: Lookup,
): ConvertedRules<HttpRoute> {
  return collect(rules, (rule, index) => {
    const input = { name: rule.name, index, route, lookup };
    const draft: Draft = { name: nameOf(input) };
    const filtered = applyFilters(draft, rule.filters ?? [], input);
    if (filtered.impossible) return { problem: filtered.problem };
    if (rule.retry !== undefined) draft.retries = retriesOf(rule.retry);
    applyTimeouts(draft, rule.timeouts ?? {});
    const problem = applyBackends(draft, rule.backendRefs, input);
    if (problem?.impossible === true) return { problem: problem.problem };
    return {
      draft,
      matches: (rule.matches ?? []).map(httpMatchOf),
      problem: joinProblems(problem?.problem, filtered.problem),
    };
  });
}

export function grpcRules(
  rules: readonly GrpcRouteRule[],
  route: RouteObject,
  lookup: Lookup,
): ConvertedRules<HttpRoute> {
  return collect(rules, (rule, index) => {
    const input = { name: rule.name, index, route, lookup };
    const draft: Draft = { name: nameOf(input) };
    const filtered = applyFilters(draft, rule.filters ?? [], input);
    if (filtered.impossible) return { problem: filtered.problem };
    const problem = applyBackends(draft, rule.backendRefs, input);
    if (problem?.impossible === true) return { problem: problem.problem };
    return {
      draft,
      matches: (rule.matches ?? []).map(grpcMatchOf),
      problem: joinProblems(problem?.problem, filtered.problem),
    };
  });
}

interface RuleResult {
  readonly draft?: HttpRoute;
  readonly matches?: readonly HttpMatchRequest[];
  readonly problem: Problem | undefined;
}

function collect<T>(rules: readonly T[], convert: (rule: T, index: number) => RuleResult): ConvertedRules<HttpRoute> {
  const found: Converted<HttpRoute>[] = [];
  let problem: Problem | undefined;
  for (const [index, rule] of rules.entries()) {
    const result = convert(rule, index);
    if (result.draft === undefined) return { rules: [], problem: result.problem };
    problem = result.problem ?? problem;
    const { draft, matches = [] } = result;
    if (matches.length === 0) found.push({ rule: draft, path: `spec.rules[${index}]` });
    for (const [i, match] of matches.entries()) {
      found.push({ rule: { ...draft, match: [match] }, path: `spec.rules[${index}].matches[${i}]` });
    }
  }
  return { rules: found, problem };
}

function nameOf({ name, index, route }: RuleInput): string {
  return name ?? `${route.namespace}.${route.name}.${index}`;
}

type Filter = HttpRouteFilter | GrpcRouteFilter;

interface Applied {
  readonly problem: Problem | undefined;
  /** The rule cannot be used at all. */
  readonly impossible: boolean;
}

function applyFilters(draft: Draft, filters: readonly Filter[], { route, lookup }: RuleInput): Applied {
  let problem: Problem | undefined;
  for (const filter of filters) {
    const headers = headersOf(filter);
    if (headers !== undefined) draft.headers = { ...draft.headers, ...headers };
    else if (filter.type === 'RequestMirror' && filter.requestMirror !== undefined) {
      const mirrored = mirrorOf(filter.requestMirror, route, lookup);
      problem = mirrored.problem ?? problem;
      if (mirrored.mirror !== undefined) draft.mirrors = [...(draft.mirrors ?? []), mirrored.mirror];
    } else if (filter.type === 'RequestRedirect') draft.redirect = redirectOf(filter.requestRedirect ?? {});
    else if (filter.type === 'CORS') draft.corsPolicy = corsOf(filter.cors ?? {});
    else if (filter.type === 'URLRewrite') {
      const rewrite = rewriteOf(filter.urlRewrite ?? {});
      if (rewrite !== undefined) draft.rewrite = rewrite;
    } else return { problem: unsupportedFilter(filter), impossible: true };
  }
  return { problem, impossible: false };
}

function headersOf(filter: Filter): Headers | undefined {
  if (filter.type === 'RequestHeaderModifier')
    return { request: headerOperationsOf(filter.requestHeaderModifier ?? {}) };
  if (filter.type === 'ResponseHeaderModifier') {
    return { response: headerOperationsOf(filter.responseHeaderModifier ?? {}) };
  }
  return undefined;
}

function unsupportedFilter(filter: Filter): Problem {
  return { reason: 'InvalidFilter', message: `a filter of type ${filter.type ?? ''} is not supported here` };
}

/** Connections that fail are tried again whatever the codes (https://gateway-api.sigs.k8s.io/geps/gep-1731/). */
const RETRY_ON = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'];
const DEFAULT_ATTEMPTS = 2;

function retriesOf({
  attempts = DEFAULT_ATTEMPTS,
  codes = [],
  backoffMs,
}: NonNullable<HttpRouteRule['retry']>): HttpRetry {
  return {
    attempts,
    ...(attempts > 0 && { retryOn: [...RETRY_ON, ...codes].join() }),
    ...(backoffMs !== undefined && { backoffMs }),
  };
}

/** A timeout of 0 is none. The one of a backend request is that of a try, or of everything when there is only one try. */
function applyTimeouts(
  draft: Draft,
  { requestMs = 0, backendRequestMs = 0 }: NonNullable<HttpRouteRule['timeouts']>,
): void {
  if (requestMs > 0) draft.timeoutMs = requestMs;
  if (backendRequestMs === 0) return;
  if (draft.retries === undefined) draft.timeoutMs = backendRequestMs;
  else draft.retries = { ...draft.retries, perTryTimeoutMs: backendRequestMs };
}

/** Without any backend that gets a share, 500 is the answer (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule). */
function applyBackends(
  draft: Draft,
  refs: readonly HttpBackendRef[] = [],
  { route, lookup }: RuleInput,
): Applied | undefined {
  const shares = sharesOf(refs);
  if (shares.length === 0 && draft.redirect === undefined) {
    draft.directResponse = { status: 500 };
    return undefined;
  }
  if (shares.length === 0) return undefined;
  let problem: Problem | undefined;
  const destinations: HttpRouteDestination[] = [];
  for (const { ref, weight } of shares) {
    const backend = backendOf(ref, route, lookup);
    problem = backend.problem ?? problem;
    if (backend.destination === undefined) return { problem: backend.problem, impossible: true };
    let headers: Headers | undefined;
    for (const filter of ref.filters ?? []) {
      const own = headersOf(filter);
      if (own === undefined) return { problem: unsupportedFilter(filter), impossible: true };
      headers = { ...headers, ...own };
    }
    destinations.push({
      destination: backend.destination,
      ...(weight !== undefined && { weight }),
      ...(headers && { headers }),
    });
  }
  draft.route = destinations;
  return { problem, impossible: false };
}

/** A place that no proxy has, so that connections to it are refused. */
const NOWHERE: RouteDestination = {
  destination: { host: 'internal.cluster.local', subset: 'zero-weight', port: { number: 65535 } },
};

/** Where the connections of a rule go; `undefined`: the rule cannot be used. */
export interface L4Destinations {
  readonly destinations: readonly RouteDestination[] | undefined;
  /** No backend gets a share, so that connections are refused. */
  readonly refuses: boolean;
  readonly problem: Problem | undefined;
}

export function l4Destinations(refs: readonly BackendRef[] = [], route: RouteObject, lookup: Lookup): L4Destinations {
  const shares = sharesOf(refs);
  if (shares.length === 0) return { destinations: [NOWHERE], refuses: true, problem: undefined };
  let problem: Problem | undefined;
  const destinations: RouteDestination[] = [];
  for (const { ref, weight } of shares) {
    const backend = backendOf(ref, route, lookup);
    problem = backend.problem ?? problem;
    if (backend.destination === undefined) return { destinations: undefined, refuses: false, problem };
    destinations.push({ destination: backend.destination, ...(weight !== undefined && { weight }) });
  }
  return { destinations, refuses: false, problem };
}
