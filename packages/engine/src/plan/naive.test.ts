import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { seededRandom } from '@weft/base';
import {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  type RouteMatch,
  RouteMatchSchema,
  RouteSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { compileRouteTable } from '../route/compile-route-table.ts';
import { planRequest } from './plan-request.ts';
import type { RequestHead } from './request-head.ts';

/** A request as the oracle sees it: nothing prepared, nothing indexed. */
interface Seen {
  readonly host: string;
  readonly path: string;
  readonly query: string | undefined;
  readonly h: string | undefined;
  readonly method: string;
}

/** A route in two forms that know nothing of each other: what is sent, and what it means. */
interface RouteCase {
  readonly match: RouteMatch;
  readonly means: (seen: Seen) => boolean;
}

const below = (
  (random) =>
  (bound: number): number =>
    random.below(bound)
)(seededRandom(20_261_121));
const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;

const SEGMENTS = ['a', 'ab', 'A', 'v1', 'v2', 'orders', 'order', 'x-y', 'é'];
const HOSTS = ['a.com', 'www.a.com', 'api.a.com', 'x.api.a.com', 'a.org', 'b'];
const DOMAINS = ['a.com', 'www.a.com', '*.a.com', '*.api.a.com', '*-z.a.com', 'a.*', 'api.a.*', '*', 'b', 'API.a.com'];

function path(): string {
  return Array.from({ length: 1 + below(4) }, () => `/${oneOf(SEGMENTS)}`).join('') + oneOf(['', '', '/']);
}

function pathCase(): RouteCase {
  const text = path();
  const plain = text.replace(/\/$/, '');
  const folds = below(3) === 0;
  const fold = (value: string): string => (folds ? value.toLowerCase() : value);
  const under = (seen: Seen): boolean =>
    fold(seen.path) === fold(plain) || fold(seen.path).startsWith(`${fold(plain)}/`);
  const chosen = oneOf<{
    readonly match: MessageInitShape<typeof RouteMatchSchema>;
    readonly means: RouteCase['means'];
  }>([
    {
      match: { pathSpecifier: { case: 'prefix', value: text }, caseSensitive: !folds },
      means: (seen) => fold(seen.path).startsWith(fold(text)),
    },
    {
      match: { pathSpecifier: { case: 'path', value: text }, caseSensitive: !folds },
      means: (seen) => fold(seen.path) === fold(text),
    },
    { match: { pathSpecifier: { case: 'pathSeparatedPrefix', value: plain }, caseSensitive: !folds }, means: under },
    {
      match: { pathSpecifier: { case: 'safeRegex', value: { regex: `${plain}(/v[12])?` } } },
      means: (seen) => [plain, `${plain}/v1`, `${plain}/v2`].includes(seen.path),
    },
    {
      match: { pathSpecifier: { case: 'safeRegex', value: { regex: `/order|${plain}/.*` } } },
      means: (seen) => seen.path === '/order' || seen.path.startsWith(`${plain}/`),
    },
    { match: { pathSpecifier: { case: 'connectMatcher', value: {} } }, means: (seen) => seen.method === 'CONNECT' },
  ]);
  return { match: create(RouteMatchSchema, chosen.match), means: chosen.means };
}

function routeCase(): RouteCase {
  const base = pathCase();
  const condition = below(5);
  if (condition === 0) {
    const invertMatch = below(2) === 0;
    const exact = { case: 'exactMatch', value: '1' } as const;
    base.match.headers.push(create(HeaderMatcherSchema, { name: 'H', headerMatchSpecifier: exact, invertMatch }));
    return {
      match: base.match,
      means: (seen) => base.means(seen) && seen.h !== undefined && (seen.h === '1') !== invertMatch,
    };
  }
  if (condition === 1) {
    const exact = { case: 'stringMatch', value: { matchPattern: { case: 'exact', value: '1' } } } as const;
    base.match.queryParameters.push(
      create(QueryParameterMatcherSchema, { name: 'q', queryParameterMatchSpecifier: exact }),
    );
    return { match: base.match, means: (seen) => base.means(seen) && seen.query === '1' };
  }
  return base;
}

/** VirtualHost.domains, read literally: the kinds in their order, the longer wildcard before the shorter. */
function naiveHost(domains: readonly string[], host: string): string | undefined {
  const longest = (list: readonly string[]): string | undefined => list.toSorted((a, b) => b.length - a.length)[0];
  const lower = domains.map((domain) => domain.toLowerCase());
  const found =
    lower.find((domain) => domain === host) ??
    longest(
      lower.filter((domain) => /^\*./.test(domain) && host.endsWith(domain.slice(1)) && host.length >= domain.length),
    ) ??
    longest(
      lower.filter(
        (domain) => /.\*$/.test(domain) && host.startsWith(domain.slice(0, -1)) && host.length >= domain.length,
      ),
    ) ??
    lower.find((domain) => domain === '*');
  return found === undefined ? undefined : domains[lower.indexOf(found)];
}

function request(): { readonly seen: Seen; readonly head: RequestHead } {
  const host = oneOf(HOSTS);
  const query = oneOf([undefined, '1', '2']);
  const h = oneOf([undefined, '1', '2']);
  const method = below(10) === 0 ? 'CONNECT' : 'GET';
  const at = path();
  const head: RequestHead = {
    method,
    path: query === undefined ? at : `${at}?p=0&q=${query}#f`,
    authority: oneOf([host, host.toUpperCase(), `${host}:8080`]),
    scheme: 'http',
    headers: h === undefined ? ['x', '1'] : ['x', '1', 'h', h],
  };
  return { seen: { host, path: at, query, h, method }, head };
}

test('the table decides as a literal reading of the configuration does, over random tables and requests', () => {
  let matched = 0;
  for (let round = 0; round < 150; round++) {
    const domains = DOMAINS.filter(() => below(2) === 0);
    const vhosts = domains.map((domain) => ({ domain, routes: Array.from({ length: below(40) }, routeCase) }));
    const message = create(RouteConfigurationSchema, {
      name: 't',
      ignorePortInHostMatching: true,
      virtualHosts: vhosts.map(({ domain, routes }, v) => ({
        name: domain,
        domains: [domain],
        routes: routes.map(({ match }, r) => {
          const clusterSpecifier = { case: 'cluster', value: `${v}/${r}` } as const;
          return create(RouteSchema, { match, action: { case: 'route', value: { clusterSpecifier } } });
        }),
      })),
    });
    const table = compileRouteTable(message);
    assert.ok(table.ok, JSON.stringify(table.issues));
    for (let i = 0; i < 100; i++) {
      const { seen, head } = request();
      const domain = naiveHost(domains, seen.host);
      const v = vhosts.findIndex((vhost) => vhost.domain === domain);
      const r = vhosts[v]?.routes.findIndex((candidate) => candidate.means(seen)) ?? -1;
      const want = domain === undefined ? 'no-virtual-host' : r < 0 ? 'no-route' : `${v}/${r}`;
      const plan = planRequest(table.value, head, seededRandom(1));
      assert.equal(
        plan.kind === 'forward' ? plan.cluster : plan.kind === 'reply' ? plan.reason : plan.kind,
        want,
        `round ${round}: ${JSON.stringify(head)}`,
      );
      if (r >= 0) matched++;
    }
  }
  assert.ok(matched > 3000, `${matched} of 15000 requests matched a route: fewer would prove little`);
});
