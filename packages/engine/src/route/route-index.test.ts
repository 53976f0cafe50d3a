import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { seededRandom } from '@weft/base';
import type { RouteSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { literalPrefix } from '../match/literal-prefix.ts';
import { explainRequest } from '../plan/explain-request.ts';
import { planRequest } from '../plan/plan-request.ts';
import { compileRouteTable } from './compile-route-table.ts';
import { domainMatches, HostIndex } from './host-index.ts';

type RouteInit = MessageInitShape<typeof RouteSchema>;
const WORDS = ['a', 'ab', 'abc', 'b', 'Ab', 'orders', 'order', 'x'];

function path(below: (bound: number) => number): string {
  return (
    Array.from({ length: 1 + below(3) }, () => `/${WORDS[below(WORDS.length)]}`).join('') + (below(4) === 0 ? '/' : '')
  );
}

function route(below: (bound: number) => number, name: string): RouteInit {
  const text = path(below);
  const segments = text.replace(/\/$/, '');
  const forms = [
    { case: 'prefix', value: text },
    { case: 'path', value: text },
    { case: 'pathSeparatedPrefix', value: segments },
    { case: 'safeRegex', value: { regex: `${segments}[a-z/]*` } },
    { case: 'safeRegex', value: { regex: `${segments}?|/orders` } },
    { case: 'prefix', value: '/' },
  ] as const;
  return {
    name,
    match: {
      pathSpecifier: forms[below(forms.length)]!,
      caseSensitive: below(4) !== 0,
      headers:
        below(3) === 0 ? [{ name: 'h', headerMatchSpecifier: { case: 'exactMatch', value: String(below(2)) } }] : [],
    },
    action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: name } } },
  };
}

test('the index finds the route that trying all of them in order finds', () => {
  const random = seededRandom(42);
  const below = (bound: number): number => random.below(bound);
  for (let round = 0; round < 60; round++) {
    const count = 1 + below(60);
    // The catch-all prefix is left out half the time, or it would win nearly always.
    const routes = Array.from({ length: count }, (_, i) => route(below, `r${i}`)).filter(
      (candidate) => round % 2 === 0 || candidate.match?.pathSpecifier?.value !== '/',
    );
    const message = create(RouteConfigurationSchema, {
      name: 't',
      virtualHosts: [{ name: 'v', domains: ['*'], routes }],
    });
    const table = compileRouteTable(message);
    assert.ok(table.ok, JSON.stringify(table.issues));
    for (let i = 0; i < 50; i++) {
      const head = {
        method: 'GET',
        path: path(below),
        authority: 'h',
        scheme: 'http',
        headers: ['h', String(below(2))],
      };
      const planned = planRequest(table.value, head, seededRandom(1));
      const explained = explainRequest(table.value, head, seededRandom(1));
      assert.equal(planned.route?.name, explained.plan.route?.name, `round ${round}, ${head.path}`);
    }
  }
});

test('the literal beginning of a pattern is only what every match begins with', () => {
  const rows = [
    ['/api/v[0-9]+', '/api/v'],
    ['^/api/.*', '/api/'],
    ['/a\\.b/c?', '/a.b/'],
    ['/ab*', '/a'],
    ['/ab+c', '/ab'],
    ['/ab{0,2}', '/a'],
    ['/a|/b', ''],
    ['/a(/b|/c)', '/a'],
    ['/a[[:alpha:](]|b', ''],
    ['(?i)/abc', ''],
    ['/a\\d', '/a'],
    ['/a\\Q|\\E', ''],
  ] as const;
  for (const [pattern, prefix] of rows) assert.equal(literalPrefix(pattern), prefix, pattern);
});

test('the host index agrees with comparing every domain', () => {
  const domains = ['a.com', '*.a.com', '*.b.a.com', '*-x.a.com', 'a.*', 'a.com.*', '*'];
  const index = new HostIndex<string>();
  for (const domain of domains) assert.equal(index.add(domain, domain), true);
  assert.equal(index.add('A.COM', 'again'), false, 'case does not make a domain another');
  for (const host of ['a.com', 'c.a.com', 'c.b.a.com', 'q-x.a.com', 'a.org', 'a.com.org', 'z', '.a.com', 'a.']) {
    const found = index.find(host);
    assert.ok(found !== undefined && domainMatches(found, host), `${host} → ${found}`);
  }
  assert.equal(index.find('c.b.a.com'), '*.b.a.com');
  assert.equal(index.find('a.com.org'), 'a.com.*');
});
