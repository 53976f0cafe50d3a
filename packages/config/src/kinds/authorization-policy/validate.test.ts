import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../json.ts';
import { specIssues } from '../../test-support/spec-issues.ts';

const from = (source: JsonObject): JsonObject => ({ rules: [{ from: [{ source }] }] });
const to = (operation: JsonObject): JsonObject => ({ rules: [{ to: [{ operation }] }] });
const when = (key: string, ...values: string[]): JsonObject => ({ rules: [{ when: [{ key, values }] }] });
const source = 'error spec.rules[0].from[0].source';

const CASES: readonly (readonly [title: string, spec: JsonObject, ...expected: string[]])[] = [
  ['an empty policy allows nothing, which is meant', {}],
  ['DENY needs rules', { action: 'DENY' }, 'error spec.rules missing-field'],
  ['CUSTOM needs a provider', { action: 'CUSTOM', rules: [{}] }, 'error spec.provider.name missing-field'],
  ['a provider is for CUSTOM', { provider: { name: 'p' } }, 'error spec.provider conflicting-fields'],
  ['an empty source says nothing', from({}), `${source} missing-field`],
  ['addresses are checked', from({ ipBlocks: ['1.2.3.4/33'] }), `${source}.ipBlocks invalid-value`],
  [
    'accounts do not mix with principals',
    from({ serviceAccounts: ['a/b'], principals: ['c'] }),
    `${source} conflicting-fields`,
  ],
  ['ports are numbers', to({ ports: ['http'] }), 'error spec.rules[0].to[0].operation.ports invalid-value'],
  ['{**} ends a path', to({ paths: ['/a/{**}/{*}'] }), 'error spec.rules[0].to[0].operation.paths invalid-value'],
  ['a known attribute', when('request.headers[x-a]', 'b')],
  ['an attribute misspelt', when('source.ipp', '1.2.3.4'), 'error spec.rules[0].when[0] invalid-condition'],
  ['an attribute of old', when('destination.user', 'x'), 'error spec.rules[0].when[0] invalid-condition'],
  [
    'DENY by HTTP attributes alone denies TCP',
    { action: 'DENY', ...to({ methods: ['GET'] }) },
    'warning spec.rules[0] denies-tcp',
  ],
  [
    'selector and target exclude each other',
    { selector: { matchLabels: { a: 'b' } }, targetRefs: [{ kind: 'Service', group: '', name: 's' }] },
    'error spec conflicting-fields',
  ],
];

for (const [title, spec, ...expected] of CASES) {
  test(title, () => assert.deepEqual(specIssues('AuthorizationPolicy', spec), expected));
}

test('dry run takes a boolean', () => {
  const annotations = { 'istio.io/dry-run': 'foo' };
  assert.deepEqual(specIssues('AuthorizationPolicy', {}, { annotations }), [
    'error metadata.annotations.istio.io/dry-run invalid-value',
  ]);
});
