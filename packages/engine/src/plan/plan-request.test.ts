import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { seededRandom } from '@weft/base';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { UriTemplateMatchConfigSchema } from '@weft/xds/gen/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb';
import { compileRouteTable } from '../route/compile-route-table.ts';
import type { RouteTable } from '../route/route.ts';
import { explainRequest } from './explain-request.ts';
import type { Plan } from './plan.ts';
import { planRequest } from './plan-request.ts';
import type { RequestHead } from './request-head.ts';

function table(json: JsonValue): RouteTable {
  const decoded = compileRouteTable(
    fromJson(RouteConfigurationSchema, json, { registry: createRegistry(UriTemplateMatchConfigSchema) }),
  );
  assert.deepEqual(decoded.issues, []);
  assert.ok(decoded.ok);
  return decoded.value;
}

function head(path: string, headers: Record<string, string> = {}, more: Partial<RequestHead> = {}): RequestHead {
  return {
    method: 'GET',
    path,
    authority: 'api.example.com',
    scheme: 'http',
    headers: Object.entries(headers).flat(),
    ...more,
  };
}

/** The cluster, or what else became of the request. */
function outcome(plan: Plan): string {
  if (plan.kind === 'forward') return plan.cluster;
  return plan.kind === 'redirect' ? `${plan.status} ${plan.location}` : `${plan.reason} ${plan.status}`;
}

function decide(routes: JsonValue[], request: RequestHead): string {
  const sealed = table({ name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], routes }] });
  const plan = planRequest(sealed, request, seededRandom(1));
  const explained = explainRequest(sealed, request, seededRandom(1));
  assert.equal(outcome(explained.plan), outcome(plan), 'the explanation is of the same decision');
  return outcome(plan);
}

const to = (cluster: string): JsonValue => ({ route: { cluster } }) as JsonValue;
const route = (match: JsonValue, cluster = 'hit'): JsonValue => ({ match, ...(to(cluster) as object) }) as JsonValue;

// route_components.proto, RouteMatch: one row per rule of its comments.
const PATHS: readonly (readonly [match: JsonValue, path: string, hit: boolean])[] = [
  [{ prefix: '/foo' }, '/foobar', true],
  [{ prefix: '/foo' }, '/fo', false],
  [{ prefix: '/foo' }, '/foo?x=1', true],
  [{ prefix: '/FOO', caseSensitive: false }, '/foO/x', true],
  [{ path: '/foo' }, '/foo?a=b', true],
  [{ path: '/foo' }, '/foo/', false],
  [{ path: '/foo' }, '/Foo', false],
  [{ path: '/foo', caseSensitive: false }, '/Foo', true],
  [{ pathSeparatedPrefix: '/foo' }, '/foo', true],
  [{ pathSeparatedPrefix: '/foo' }, '/foo/bar', true],
  [{ pathSeparatedPrefix: '/foo' }, '/foobar', false],
  [{ pathSeparatedPrefix: '/foo' }, '/foo?x', true],
  [{ safeRegex: { regex: '/v[0-9]+/.*' } }, '/v12/x?y', true],
  [{ safeRegex: { regex: '/v[0-9]+' } }, '/v12/x', false],
  [{ connectMatcher: {} }, '/x', false],
  [{ pathMatchPolicy: template('/a/{b}/c') }, '/a/x/c', true],
  [{ pathMatchPolicy: template('/a/{b}/c') }, '/a/x/y/c', false],
  [{ pathMatchPolicy: template('/a/**') }, '/a/x/y/c', true],
  [{ pathMatchPolicy: template('/a/{rest=**}') }, '/a/x/y', true],
];

function template(pathTemplate: string): JsonValue {
  return {
    name: 't',
    typedConfig: {
      '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
      pathTemplate,
    },
  };
}

test('RouteMatch: paths', () => {
  for (const [match, path, hit] of PATHS) {
    assert.equal(
      decide([route(match), route({ prefix: '/' }, 'miss')], head(path)),
      hit ? 'hit' : 'miss',
      `${JSON.stringify(match)} ${path}`,
    );
  }
});

// HeaderMatcher and its examples for treat_missing_header_as_empty.
const HEADERS: readonly (readonly [match: object, headers: Record<string, string>, hit: boolean])[] = [
  [{ exactMatch: 'a' }, { h: 'a' }, true],
  [{ exactMatch: 'a' }, { h: 'A' }, false],
  [{ prefixMatch: 'a' }, { h: 'abc' }, true],
  [{ suffixMatch: 'c' }, { h: 'abc' }, true],
  [{ containsMatch: 'b' }, { h: 'abc' }, true],
  [{ safeRegexMatch: { regex: '\\d{3}' } }, { h: '1234' }, false],
  [{ safeRegexMatch: { regex: '\\d{3}' }, invertMatch: true }, { h: '1234' }, true],
  [{ rangeMatch: { start: '-10', end: '0' } }, { h: '-1' }, true],
  [{ rangeMatch: { start: '-10', end: '0' } }, { h: '0' }, false],
  [{ rangeMatch: { start: '-10', end: '0' } }, { h: '1.5' }, false],
  [{ presentMatch: true }, { h: '' }, true],
  [{ presentMatch: true }, {}, false],
  [{ presentMatch: false }, {}, true],
  [{ presentMatch: true, invertMatch: true }, {}, true],
  [{}, { h: 'x' }, true],
  [{ stringMatch: { exact: 'AbC', ignoreCase: true } }, { h: 'aBc' }, true],
  [{ stringMatch: { prefix: 'A', ignoreCase: true } }, { h: 'abc' }, true],
  [{ rangeMatch: { start: '0', end: '10' }, invertMatch: true, treatMissingHeaderAsEmpty: true }, {}, true],
  [{ rangeMatch: { start: '0', end: '10' }, invertMatch: true }, {}, false],
  [{ safeRegexMatch: { regex: '^$' }, treatMissingHeaderAsEmpty: true }, {}, true],
  [{ safeRegexMatch: { regex: '^$' } }, {}, false],
  [{ exactMatch: 'a', invertMatch: true }, {}, false],
];

test('RouteMatch: headers', () => {
  for (const [match, headers, hit] of HEADERS) {
    const matcher = { name: 'H', ...match } as JsonValue;
    const got = decide(
      [route({ prefix: '/', headers: [matcher] }), route({ prefix: '/' }, 'miss')],
      head('/', headers),
    );
    assert.equal(got, hit ? 'hit' : 'miss', `${JSON.stringify(match)} ${JSON.stringify(headers)}`);
  }
});

test('a repeated header is compared joined by commas, and pseudo-headers by their names', () => {
  const request = { ...head('/'), headers: ['h', 'a', 'x', '1', 'h', 'b'] };
  assert.equal(decide([route({ prefix: '/', headers: [{ name: 'h', exactMatch: 'a,b' }] })], request), 'hit');
  const post = { name: ':method', exactMatch: 'POST' };
  assert.equal(decide([route({ prefix: '/', headers: [post] })], head('/', {}, { method: 'POST' })), 'hit');
  assert.equal(
    decide([route({ prefix: '/', headers: [{ name: 'host', exactMatch: 'api.example.com' }] })], head('/')),
    'hit',
  );
});

test('query parameters and grpc', () => {
  const version = route({ prefix: '/', queryParameters: [{ name: 'v', stringMatch: { exact: '2' } }] });
  assert.equal(decide([version], head('/?a=1&v=2')), 'hit');
  assert.equal(decide([version], head('/?av=2')), 'no-route 404');
  assert.equal(decide([route({ prefix: '/', queryParameters: [{ name: 'debug' }] })], head('/?debug')), 'hit');
  assert.equal(
    decide([route({ prefix: '/', queryParameters: [{ name: 'debug', presentMatch: false }] })], head('/?debug')),
    'no-route 404',
  );
  const grpc = route({ prefix: '/', grpc: {} });
  assert.equal(decide([grpc], head('/', { 'content-type': 'application/grpc+proto' })), 'hit');
  assert.equal(decide([grpc], head('/', { 'content-type': 'application/grpc-web' })), 'no-route 404');
});

test('only connect_matcher matches an authority-form CONNECT', () => {
  const request = head('', {}, { method: 'CONNECT' });
  assert.equal(decide([route({ prefix: '' }, 'miss'), route({ connectMatcher: {} })], request), 'hit');
});

// VirtualHost.domains: exact, then suffix wildcards, then prefix wildcards, then *; longest wildcards first.
test('virtual hosts', () => {
  const host = (name: string, ...domains: string[]): JsonValue => ({
    name,
    domains,
    routes: [route({ prefix: '/' }, name)],
  });
  const sealed = table({
    name: 'r',
    ignorePortInHostMatching: true,
    virtualHosts: [
      host('any', '*'),
      host('prefix', 'www.*'),
      host('suffix', '*.example.com'),
      host('longer', '*.api.example.com', '*-bar.foo.com'),
      host('exact', 'www.example.com', 'Upper.Example.Com'),
    ],
  });
  const rows = [
    ['www.example.com', 'exact'],
    ['WWW.example.com:8080', 'exact'],
    ['upper.example.com', 'exact'],
    ['www.example.org', 'prefix'],
    ['a.example.com', 'suffix'],
    ['x.api.example.com', 'longer'],
    ['baz-bar.foo.com', 'longer'],
    ['-bar.foo.com', 'any'],
    ['[::1]:80', 'any'],
  ] as const;
  for (const [authority, want] of rows) {
    const request = head('/', {}, { authority });
    assert.equal(outcome(planRequest(sealed, request, seededRandom(1))), want, authority);
    const explained = explainRequest(sealed, request, seededRandom(1));
    assert.equal(
      explained.virtualHosts
        .filter((verdict) => verdict.won)
        .map((verdict) => verdict.virtualHost.name)
        .join(),
      want,
    );
  }
});

test('weighted clusters follow their weights, and a header decides where the table names one', () => {
  const weighted = {
    clusters: [
      { name: 'a', weight: 90 },
      { name: 'b', weight: 10 },
    ],
  };
  const sealed = table({
    name: 'r',
    virtualHosts: [
      { name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { weightedClusters: weighted } }] },
      {
        name: 'h',
        domains: ['h'],
        routes: [{ match: { prefix: '/' }, route: { weightedClusters: { ...weighted, headerName: 'Pick' } } }],
      },
    ],
  });
  const random = seededRandom(7);
  let b = 0;
  for (let i = 0; i < 10_000; i++) if (outcome(planRequest(sealed, head('/'), random)) === 'b') b++;
  assert.ok(b > 850 && b < 1150, `${b} of 10000`);
  for (const [value, want] of [
    ['89', 'a'],
    ['90', 'b'],
    ['190', 'b'],
    ['18446744073709551615', 'a'],
  ] as const) {
    assert.equal(outcome(planRequest(sealed, head('/', { pick: value }, { authority: 'h' }), random)), want, value);
  }
});

test('cluster_header, direct_response, non_forwarding_action and no virtual host', () => {
  const byHeader = {
    match: { prefix: '/' },
    route: { clusterHeader: 'X-To', clusterNotFoundResponseCode: 'NOT_FOUND' },
  };
  assert.equal(decide([byHeader], head('/', { 'x-to': 'orders' })), 'orders');
  assert.equal(decide([byHeader], head('/')), 'no-cluster 404');
  assert.equal(decide([{ match: { prefix: '/' }, directResponse: { status: 418 } }], head('/')), 'direct-response 418');
  assert.equal(decide([{ match: { prefix: '/' }, nonForwardingAction: {} }], head('/')), 'non-forwarding 404');
  const sealed = table({ name: 'r', virtualHosts: [] });
  assert.equal(outcome(planRequest(sealed, head('/'), seededRandom(1))), 'no-virtual-host 404');
});

// RedirectAction.
const REDIRECTS: readonly (readonly [redirect: object, request: RequestHead, want: string])[] = [
  [{ httpsRedirect: true }, head('/a?b=c'), '301 https://api.example.com/a?b=c'],
  [{ httpsRedirect: true }, head('/a', {}, { authority: 'h:80' }), '301 https://h/a'],
  [{ httpsRedirect: true }, head('/a', {}, { authority: 'h:8080' }), '301 https://h:8080/a'],
  [{ schemeRedirect: 'http' }, head('/a', {}, { authority: 'h:443', scheme: 'https' }), '301 http://h/a'],
  [{ hostRedirect: 'new', portRedirect: 8443 }, head('/a'), '301 http://new:8443/a'],
  [{ portRedirect: 8443 }, head('/a', {}, { authority: 'h:80' }), '301 http://h:8443/a'],
  [{ pathRedirect: '/b', responseCode: 'FOUND' }, head('/a?q=1'), '302 http://api.example.com/b?q=1'],
  [{ pathRedirect: '/b?x=2', stripQuery: true }, head('/a?q=1'), '301 http://api.example.com/b?x=2'],
  [{ pathRedirect: '/b', stripQuery: true }, head('/a?q=1'), '301 http://api.example.com/b'],
  [{ prefixRewrite: '/new', responseCode: 'PERMANENT_REDIRECT' }, head('/a/b?q'), '308 http://api.example.com/new/b?q'],
  [
    { regexRewrite: { pattern: { regex: '^/a/(.*)' }, substitution: '/z/\\1' }, responseCode: 'SEE_OTHER' },
    head('/a/b'),
    '303 http://api.example.com/z/b',
  ],
];

test('redirects', () => {
  for (const [redirect, request, want] of REDIRECTS) {
    assert.equal(
      decide([{ match: { prefix: '/a' }, redirect: redirect as JsonValue }], request),
      want,
      JSON.stringify(redirect),
    );
  }
});

test('require_tls sends plaintext requests to https, all or only external ones', () => {
  const host = (requireTls: string): RouteTable =>
    table({ name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], requireTls, routes: [route({ prefix: '/' })] }] });
  const plan = (requireTls: string, request: RequestHead): string =>
    outcome(planRequest(host(requireTls), request, seededRandom(1)));
  assert.equal(plan('ALL', head('/x?y')), '301 https://api.example.com/x?y');
  assert.equal(plan('ALL', head('/x', {}, { scheme: 'https' })), 'hit');
  assert.equal(plan('EXTERNAL_ONLY', head('/x', { 'x-envoy-internal': 'true' })), 'hit');
  assert.equal(plan('EXTERNAL_ONLY', head('/x')), '301 https://api.example.com/x');
});

test('the explanation names the first condition that failed, and who came first', () => {
  const canary = {
    ...(route({ prefix: '/orders', headers: [{ name: 'canary', exactMatch: 'true' }] }, 'v2') as object),
  };
  const origin = {
    filterMetadata: { weft: { resource: 'VirtualService default/orders', path: 'spec.http[0]', line: 12 } },
  };
  const sealed = table({
    name: 'r',
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        routes: [
          { ...canary, metadata: origin },
          route({ prefix: '/' }, 'v1'),
          route({ path: '/orders' }, 'v3'),
        ] as JsonValue,
      },
    ],
  });
  const { routes } = explainRequest(sealed, head('/orders'), seededRandom(1));
  assert.deepEqual(
    routes.map((verdict) => [verdict.won, verdict.why]),
    [
      [false, 'it wants header canary = "true"; the request has none'],
      [true, 'routes[1] is the first that matches'],
      [false, 'it matches, but routes[1] comes first'],
    ],
  );
  assert.deepEqual(routes[0]?.origin, {
    resource: 'VirtualService default/orders',
    path: 'spec.http[0]',
    file: undefined,
    line: 12,
  });
});
