import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, createRegistry, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import { seededRandom } from '@weft/base';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import type { FormatContext } from '../format/format.ts';
import { applyRequestHeaders, applyResponseHeaders } from '../plan/apply.ts';
import type { ForwardPlan } from '../plan/plan.ts';
import { planRequest } from '../plan/plan-request.ts';
import type { RequestHead } from '../plan/request-head.ts';
import { rewriteRequest } from '../plan/rewrite.ts';
import { requestTimeouts } from '../plan/timeouts.ts';
import { compileRouteTable } from './compile-route-table.ts';

function issuesOf(json: JsonValue): readonly string[] {
  return compileRouteTable(fromJson(RouteConfigurationSchema, json)).issues.map(
    (issue) => `${issue.at}: ${issue.code}`,
  );
}

function host(...routes: JsonValue[]): JsonValue {
  return { name: 'r', virtualHosts: [{ name: 'v', domains: ['*'], routes }] };
}

function forward(route: Record<string, JsonValue>, match: JsonValue = { prefix: '/api' }): JsonValue {
  return { match, route: { cluster: 'c', ...route } };
}

function planFor(json: JsonValue, head: RequestHead): ForwardPlan {
  const table = compileRouteTable(fromJson(RouteConfigurationSchema, json));
  assert.ok(table.ok, JSON.stringify(table.issues));
  const plan = planRequest(table.value, head, seededRandom(1));
  assert.ok(plan.kind === 'forward');
  return plan;
}

function head(path: string, headers: readonly string[] = []): RequestHead {
  return { method: 'GET', path, authority: 'api.example.com', scheme: 'http', headers };
}

function context(request: RequestHead): FormatContext {
  return {
    requestHeaders: request.headers,
    method: request.method,
    path: request.path,
    authority: request.authority,
    scheme: request.scheme,
    responseHeaders: undefined,
    responseTrailers: undefined,
    stream: (operator) => (operator === 'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT' ? '10.0.0.7' : undefined),
    metadata: () => undefined,
    environment: () => undefined,
  };
}

test('what is not supported is refused by its field path, never dropped', () => {
  const rows: readonly (readonly [json: JsonValue, issues: readonly string[]])[] = [
    [host(forward({ hedgePolicy: {} })), ['virtual_hosts[0].routes[0].route.hedge_policy: unsupported-field']],
    [host(forward({ cors: {} })), ['virtual_hosts[0].routes[0].route.cors: unsupported-field']],
    [
      host(forward({ retryPolicy: { retryOn: '5xx', retryOptionsPredicates: [{ name: 'x' }] } })),
      ['virtual_hosts[0].routes[0].route.retry_policy.retry_options_predicates: unsupported-field'],
    ],
    [
      host(forward({}, { prefix: '/', tlsContext: {} })),
      ['virtual_hosts[0].routes[0].match.tls_context: unsupported-field'],
    ],
    [
      host(forward({ retryPolicy: { retryPriority: { name: 'p' } } })),
      ['virtual_hosts[0].routes[0].route.retry_policy.retry_priority: unsupported-field'],
    ],
    [{ name: 'r', vhds: {} }, ['vhds: unsupported-field']],
    [
      host({ match: { prefix: '/' }, directResponse: { status: 200, body: { filename: '/etc/passwd' } } }),
      ['virtual_hosts[0].routes[0].direct_response.body.filename: unsupported-field'],
    ],
  ];
  for (const [json, issues] of rows) assert.deepEqual(issuesOf(json), issues);
});

test('a field of a newer Envoy is refused by its number', () => {
  const message = create(RouteConfigurationSchema, { name: 'r' });
  message.$unknown = [{ no: 4711, wireType: 0, data: new Uint8Array([1]) }];
  const { issues } = compileRouteTable(message);
  assert.match(issues[0]?.message ?? '', /field number 4711 of envoy.config.route.v3.RouteConfiguration/);
});

test('what Envoy refuses is refused, all at once', () => {
  const bad = {
    name: 'r',
    virtualHosts: [
      { name: 'v', domains: ['a.com', 'A.com', '*.*', 'a*b'], routes: [forward({}, { safeRegex: { regex: '(' } })] },
      {
        name: 'v',
        domains: [],
        routes: [
          { match: { prefix: '/' }, redirect: { regexRewrite: { pattern: { regex: 'a' }, substitution: '\\1' } } },
        ],
      },
      {
        name: 'w',
        domains: ['*'],
        requestHeadersToAdd: [{ header: { key: 'Host', value: '%NO_SUCH%' } }],
        routes: [{ match: { prefix: '/' } }],
      },
    ],
  };
  assert.deepEqual(issuesOf(bad), [
    'virtual_hosts[0].routes[0].match.safe_regex.regex: invalid-regex',
    'virtual_hosts[0].domains[1]: duplicate',
    'virtual_hosts[0].domains[2]: invalid-value',
    'virtual_hosts[0].domains[3]: invalid-value',
    'virtual_hosts[1].name: duplicate',
    'virtual_hosts[1].routes[0].redirect.regex_rewrite.substitution: invalid-value',
    'virtual_hosts[1].domains: missing-field',
    'virtual_hosts[2].request_headers_to_add[0].header.value: unknown-operator',
    'virtual_hosts[2].request_headers_to_add[0].header.key: invalid-value',
    'virtual_hosts[2].routes[0]: missing-field',
  ]);
});

test('weights that add up to zero, and a total that is not their sum', () => {
  const weighted = (clusters: JsonValue, totalWeight?: number): JsonValue =>
    host({
      match: { prefix: '/' },
      route: { weightedClusters: totalWeight === undefined ? { clusters } : { clusters, totalWeight } },
    });
  const at = 'virtual_hosts[0].routes[0].route.weighted_clusters';
  assert.deepEqual(issuesOf(weighted([{ name: 'a', weight: 0 }])), [`${at}: invalid-value`]);
  assert.deepEqual(issuesOf(weighted([{ name: 'a', weight: 1 }], 100)), [`${at}.total_weight: invalid-value`]);
});

// RouteAction: prefix_rewrite, regex_rewrite, host_rewrite_*.
test('rewrites keep the query and replace what the match names', () => {
  const rows: readonly (readonly [route: Record<string, JsonValue>, match: JsonValue, path: string, want: string])[] = [
    [{ prefixRewrite: '/v2' }, { prefix: '/api' }, '/api/x?q=1', '/v2/x?q=1'],
    [{ prefixRewrite: '/' }, { prefix: '/api/' }, '/api/x', '/x'],
    [{ prefixRewrite: '/new' }, { path: '/api' }, '/api?q', '/new?q'],
    [{ prefixRewrite: '/new' }, { safeRegex: { regex: '/a.*' } }, '/abc?q', '/new?q'],
    [
      { regexRewrite: { pattern: { regex: '^/service/([^/]+)(/.*)$' }, substitution: '\\2/instance/\\1' } },
      { prefix: '/' },
      '/service/foo/v1/api?x=/service/',
      '/v1/api/instance/foo?x=/service/',
    ],
    [
      { regexRewrite: { pattern: { regex: 'one' }, substitution: 'two' } },
      { prefix: '/' },
      '/xxx/one/yyy/one/zzz',
      '/xxx/two/yyy/two/zzz',
    ],
  ];
  for (const [route, match, path, want] of rows) {
    const plan = planFor(host(forward(route, match)), head(path));
    const rewrite = rewriteRequest(plan, head(path), undefined);
    assert.equal(rewrite.path, want);
    assert.equal(rewrite.originalPath, path);
  }
});

test('host rewrites: literal, from a header, from the endpoint, from the path', () => {
  const authority = (route: Record<string, JsonValue>, request: RequestHead, hostname?: string): string =>
    rewriteRequest(planFor(host(forward(route, { prefix: '/' })), request), request, hostname).authority;
  assert.equal(authority({}, head('/')), 'api.example.com');
  assert.equal(authority({ hostRewriteLiteral: 'x.org' }, head('/')), 'x.org');
  assert.equal(authority({ hostRewriteHeader: 'X-Host' }, head('/', ['x-host', 'h.org'])), 'h.org');
  assert.equal(authority({ hostRewriteHeader: 'X-Host' }, head('/')), 'api.example.com');
  assert.equal(authority({ autoHostRewrite: true }, head('/'), 'pod-1.svc'), 'pod-1.svc');
  assert.equal(authority({ autoHostRewrite: true }, head('/'), ''), 'api.example.com');
  const fromPath = { hostRewritePathRegex: { pattern: { regex: '^/(.+)/.+$' }, substitution: '\\1' } };
  assert.equal(authority(fromPath, head('/envoyproxy.io/some/path')), 'envoyproxy.io/some');
});

test('header operations: order of levels, append actions, removals first, operators', () => {
  const add = (key: string, value: string, appendAction?: string): JsonValue =>
    appendAction === undefined ? { header: { key, value } } : { header: { key, value }, appendAction };
  const overwrite = 'OVERWRITE_IF_EXISTS_OR_ADD';
  const json = (wins: boolean): JsonValue => ({
    name: 'r',
    mostSpecificHeaderMutationsWins: wins,
    requestHeadersToAdd: [add('who', 'table', overwrite)],
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        requestHeadersToAdd: [add('who', 'host', overwrite)],
        routes: [
          {
            match: { prefix: '/' },
            route: { cluster: 'c' },
            requestHeadersToRemove: ['gone', 'back'],
            requestHeadersToAdd: [
              add('who', 'route', overwrite),
              add('back', 'again'),
              add('multi', '2'),
              add('absent', 'yes', 'ADD_IF_ABSENT'),
              add('multi', 'no', 'ADD_IF_ABSENT'),
              add('none', 'no', 'OVERWRITE_IF_EXISTS'),
              add('from', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %REQ(:path)% 100%%'),
              add('empty', '%REQ(nothing)%'),
              add('short', '%REQ(x-none?multi):3%'),
            ],
            responseHeadersToAdd: [add('x-served', 'weft')],
          },
        ],
      },
    ],
  });
  const start = ['gone', '1', 'multi', '1000', 'back', 'old', 'gone', '2'];
  for (const [wins, who] of [
    [false, 'table'],
    [true, 'route'],
  ] as const) {
    const request = head('/a?b', start);
    const plan = planFor(json(wins), request);
    const headers = [...start];
    applyRequestHeaders(plan, headers, context(request));
    const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []));
    assert.deepEqual(pairs.toSorted(), [
      'absent: yes',
      'back: again',
      'from: 10.0.0.7 /a?b 100%',
      'multi: 1000',
      'multi: 2',
      'short: 100',
      `who: ${who}`,
    ]);
    const response: string[] = [];
    applyResponseHeaders(plan, response, context(request));
    assert.deepEqual(response, ['x-served', 'weft']);
  }
});

test('timeouts: 15 s unless told, 0 for none, grpc-timeout within its bound', () => {
  const action = (route: Record<string, JsonValue>): ForwardPlan['action'] =>
    planFor(host(forward(route, { prefix: '/' })), head('/')).action;
  assert.equal(action({}).timeoutMs, 15_000);
  assert.equal(action({ timeout: '0s' }).timeoutMs, 0);
  assert.equal(action({ timeout: '0.250s' }).timeoutMs, 250);
  const bounded = action({ timeout: '1s', maxGrpcTimeout: '3s' });
  assert.equal(requestTimeouts(bounded, '10S').timeoutMs, 3000);
  assert.equal(requestTimeouts(bounded, '500m').timeoutMs, 500);
  assert.equal(requestTimeouts(bounded, undefined).timeoutMs, 3000, 'without the header the maximum applies');
  assert.equal(requestTimeouts(action({ maxGrpcTimeout: '0s' }), '7S').timeoutMs, 7000, '0 is no bound');
  const stream = action({ maxStreamDuration: { maxStreamDuration: '9s', grpcTimeoutHeaderMax: '4s' } });
  assert.equal(requestTimeouts(stream, '1H').maxStreamDurationMs, 4000);
  assert.equal(requestTimeouts(stream, undefined).maxStreamDurationMs, 9000);
});

test('filter configs of every level reach the plan, most specific first', () => {
  const any = (value: string): JsonValue => ({ '@type': 'type.googleapis.com/google.protobuf.StringValue', value });
  const json: JsonValue = {
    name: 'r',
    typedPerFilterConfig: { f: any('table'), only: any('table') },
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        typedPerFilterConfig: { f: any('host') },
        routes: [{ ...(forward({}, { prefix: '/' }) as object), typedPerFilterConfig: { f: any('route') } }],
      },
    ],
  };
  const message = fromJson(RouteConfigurationSchema, json, { registry: createRegistry(StringValueSchema) });
  const table = compileRouteTable(message, {
    decodeFilterConfig: (name, config, at) => ({
      ok: true,
      value: `${name} ${at} ${new TextDecoder().decode(config.value.slice(2))}`,
      issues: [],
    }),
  });
  assert.ok(table.ok);
  const plan = planRequest(table.value, head('/'), seededRandom(1));
  assert.deepEqual(plan.filterConfigs.get('f'), [
    'f virtual_hosts[0].routes[0].typed_per_filter_config["f"] route',
    'f virtual_hosts[0].typed_per_filter_config["f"] host',
    'f typed_per_filter_config["f"] table',
  ]);
  assert.equal(plan.filterConfigs.get('only')?.length, 1);
});
