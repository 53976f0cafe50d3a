import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../json.ts';
import { specIssues } from '../../test-support/spec-issues.ts';

const to = (host: string, more: JsonObject = {}): JsonObject => ({ destination: { host }, ...more });
const ROUTE: JsonObject = { route: [to('a.b')] };

function check(cases: readonly (readonly [title: string, spec: JsonObject, ...expected: string[]])[]): void {
  for (const [title, spec, ...expected] of cases) {
    test(title, () => assert.deepEqual(specIssues('VirtualService', spec), expected));
  }
}

describe('a VirtualService', () => {
  const http = [ROUTE];
  check([
    ['with a host and a route is good', { hosts: ['a.b'], http }],
    [
      'without hosts is a delegate, which has no gateways',
      { gateways: ['g'], http },
      'error spec.gateways conflicting-fields',
    ],
    ['needs routes', { hosts: ['a.b'] }, 'error spec missing-field'],
    ['takes * only at a gateway', { hosts: ['*'], http }, 'error spec.hosts[0] invalid-host'],
    ['at a gateway takes *', { hosts: ['*'], gateways: ['ns/g'], http }],
    ['has each host once', { hosts: ['*.b', 'a.b'], http }, 'error spec.hosts[1] duplicate'],
    [
      'does not name gateways by FQDN any more',
      { hosts: ['a'], gateways: ['g.ns'], http },
      'warning spec.gateways[0] deprecated',
    ],
    ['is exported once', { hosts: ['a'], http, exportTo: ['.', 'ns'] }, 'error spec.exportTo[1] duplicate'],
  ]);
});

describe('an HTTP route', () => {
  const withRoute = (route: JsonObject): JsonObject => ({ hosts: ['a.b'], http: [route] });
  const at = 'spec.http[0]';
  const headers = { request: { set: { 'x-a': 'b%' } } };
  check([
    ['goes somewhere', withRoute({}), `error ${at} missing-field`],
    ['routes or redirects', withRoute({ ...ROUTE, redirect: { uri: '/' } }), `error ${at} conflicting-fields`],
    ['has a weight that counts', withRoute({ route: [to('a'), to('b')] }), `error ${at}.route wrong-total`],
    ['sends to a host', withRoute({ route: [to('*')] }), `error ${at}.route[0].destination.host invalid-host`],
    ['escapes percent signs', withRoute({ ...ROUTE, headers }), `error ${at}.headers.request.set.x-a invalid-header`],
    [
      'has a regex of RE2',
      withRoute({ ...ROUTE, match: [{ uri: { regex: '(?=a)' } }] }),
      `error ${at}.match[0].uri.regex invalid-regex`,
    ],
    ['waits whole milliseconds', withRoute({ ...ROUTE, timeout: '1.0001s' }), `error ${at}.timeout too-precise`],
    [
      'retries on what exists',
      withRoute({ ...ROUTE, retries: { attempts: 1, retryOn: '5xx,600' } }),
      `error ${at}.retries.retryOn unknown-value`,
    ],
    [
      'does not set up disabled retries',
      withRoute({ ...ROUTE, retries: { perTryTimeout: '1s' } }),
      `error ${at}.retries no-effect`,
    ],
    [
      'aborts with a status',
      withRoute({ ...ROUTE, fault: { abort: { httpStatus: 100 } } }),
      `error ${at}.fault.abort.httpStatus out-of-range`,
    ],
    [
      'reads claims at gateways only',
      withRoute({ ...ROUTE, match: [{ headers: { '@request.auth.claims.sub': { exact: 'x' } } }] }),
      `error ${at}.match[0].headers.@request.auth.claims.sub unsupported`,
    ],
  ]);
});

describe('a rule that never applies is warned of', () => {
  const http = (...matches: (JsonObject | undefined)[]): JsonObject => ({
    hosts: ['a.b'],
    http: matches.map((match) => ({ ...ROUTE, ...(match === undefined ? {} : { match: [match] }) })),
  });
  const prefix = (path: string): JsonObject => ({ uri: { prefix: path } });
  check([
    ['after a rule without match', http(undefined, prefix('/a')), 'warning spec.http[1] unreachable-rule'],
    [
      'a repeated match, whatever its name',
      http(prefix('/a'), { ...prefix('/a'), name: 'x' }),
      'warning spec.http[1].match[0] ineffective-match',
      'warning spec.http[1] unreachable-rule',
    ],
    ['a longer prefix', http(prefix('/a'), prefix('/ab')), 'warning spec.http[1].match[0] ineffective-match'],
    [
      'a prefix under two others',
      http(prefix('/a'), prefix('/ab'), prefix('/abc')),
      'warning spec.http[1].match[0] ineffective-match',
      'warning spec.http[2].match[0] ineffective-match',
      'warning spec.http[2].match[0] ineffective-match',
    ],
    [
      'nothing more of what is never reached',
      http(prefix('/a'), undefined, prefix('/ab')),
      'warning spec.http[2] unreachable-rule',
    ],
    ['not when the method differs', http({ ...prefix('/a'), method: { exact: 'POST' } }, prefix('/ab'))],
  ]);
});
