import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { formatIssue, hasErrors } from '@weft/base';
import { loadText, loadTexts } from './load.ts';
import { readConfigPaths } from './read.ts';
import { resourcesOf } from './resource.ts';
import { MAX_TEXT_BYTES } from './yaml/parse.ts';

const ROUTES = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: orders
spec:
  hosts: [orders]
  http:
    - match:
        - uri: { prefix: /v2 }
      route:
        - destination: { host: orders, subset: v2 }
      timeout: 1.5s
      retries:
        attempts: 2
        perTryTimeout: 250ms
    - route:
        - destination: { host: orders }
`;

const at = (text: string): string[] =>
  loadText(text, 'f.yaml').issues.map(({ position, code }) => `${position?.line}:${position?.column} ${code}`);

describe('a good document', () => {
  test('is decoded to its type, durations to milliseconds', () => {
    const { resources, issues } = loadText(ROUTES, 'f.yaml');
    assert.deepEqual(issues, []);
    const [orders] = resourcesOf(resources, 'VirtualService');
    assert.equal(orders?.metadata.namespace, 'default');
    assert.equal(orders?.spec.http?.[0]?.timeoutMs, 1500);
    assert.deepEqual(orders?.spec.http?.[0]?.retries, { attempts: 2, perTryTimeoutMs: 250 });
  });

  test('knows the line of every path, and of the nearest prefix of one it lacks', () => {
    const [resource] = loadText(ROUTES, 'f.yaml').resources;
    assert.equal(resource?.source.lineOf('spec.http[0].match[0].uri'), 9);
    assert.equal(resource?.source.lineOf('spec.http[1]'), 16);
    assert.equal(resource?.source.lineOf('spec.http[1].route[0].destination.subset'), 17);
    assert.equal(resource?.source.lineOf('spec.http[7].route'), 7);
  });

  test('JSON is read too, and a List is unfolded', () => {
    const item = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', labels: { 'istio.io/rev': 'x' } } };
    const { resources, issues } = loadText(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item] }), 'f.json');
    assert.deepEqual(issues, []);
    assert.equal(resources[0]?.type, 'Namespace');
  });
});

describe('bad input', () => {
  test('everything wrong is reported together, each with its line', () => {
    const text = ROUTES.replace('attempts: 2', 'atempts: 2').replace('1.5s', '15').replace('[orders]', 'orders');
    assert.deepEqual(at(text), ['6:3 wrong-type', '12:7 wrong-type', '14:9 unknown-field']);
  });

  test('a message says what was meant', () => {
    const [issue] = loadText(ROUTES.replace('attempts: 2', 'atempts: 2'), 'f.yaml').issues;
    assert.ok(issue !== undefined);
    assert.equal(
      formatIssue(issue),
      'f.yaml:14:9: error: VirtualService default/orders spec.http[0].retries.atempts: unknown field "atempts"; ' +
        'did you mean attempts? [unknown-field]',
    );
  });

  for (const [title, text, expected] of [
    ['a repeated key', 'kind: A\nkind: B\n', ['2:1 duplicate-key']],
    ['a tab', 'kind: A\nspec:\n\tx: 1\n', ['3:1 yaml-syntax']],
    ['an unclosed bracket', 'a: [1,\n', ['2:1 yaml-syntax']],
    ['text instead of an object', 'hello\n', ['1:undefined wrong-type']],
    ['no kind', 'apiVersion: v1\n', ['1:1 missing-field']],
    ['no version', 'kind: Service\n', ['1:1 missing-field']],
    ['an unknown kind', 'apiVersion: networking.istio.io/v1\nkind: VirtualServise\n', ['2:1 unknown-kind']],
    ['a version nobody serves', 'apiVersion: networking.istio.io/v9\nkind: Gateway\n', ['1:1 unknown-version']],
    ['the group of another kind', 'apiVersion: apps/v1\nkind: VirtualService\n', ['1:1 unknown-kind']],
    ['a name that is none', 'apiVersion: v1\nkind: Namespace\nmetadata: { name: A_b }\n', ['3:13 invalid-name']],
    [
      'a field beside spec',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\nhosts: []\n',
      ['4:1 unknown-field'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(at(text), expected));
  }

  test('kinds of others are named and left out', () => {
    const { issues } = loadText('apiVersion: apps/v1\nkind: StatefulSet\n', 'f.yaml');
    assert.deepEqual([issues[0]?.code, hasErrors(issues)], ['ignored-kind', false]);
  });

  test('an alias bomb is refused', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    assert.deepEqual(at(['l0: &l0 [x]', ...levels, ''].join('\n')), ['1:undefined bad-alias']);
  });

  test('more than configuration can be is refused unread', () => {
    assert.deepEqual(at('#'.repeat(MAX_TEXT_BYTES + 1)), ['1:undefined too-large']);
  });

  test('one bad document does not hide the next', () => {
    const { resources, issues } = loadText(`a: [\n---\n${ROUTES}`, 'f.yaml');
    assert.deepEqual([resources.length, hasErrors(issues)], [1, true]);
  });

  test('the same object in two files is reported with both places', () => {
    const { issues } = loadTexts([
      { file: 'a.yaml', text: ROUTES },
      { file: 'b.yaml', text: ROUTES.replace('/v1', '/v1beta1') },
    ]);
    assert.deepEqual(
      issues.map((issue) => [issue.code, issue.position?.file, issue.message]),
      [['duplicate-object', 'b.yaml', 'the same object is also at a.yaml:1']],
    );
  });
});

const INPUTS = join(import.meta.dirname, '../../../../shared/inputs');

test('real configuration of others is accepted', {
  skip: existsSync(INPUTS) ? false : 'the sample inputs are not beside this checkout',
}, async () => {
  const { resources, issues } = loadTexts(await readConfigPaths([INPUTS], process.stdin));
  assert.deepEqual(
    issues.filter((issue) => issue.severity === 'error'),
    [],
  );
  assert.ok(resources.length > 10);
});

test('a thousand documents are read', () => {
  const text = Array.from({ length: 1000 }, (_, i) => ROUTES.replace('name: orders', `name: orders-${i}`)).join(
    '---\n',
  );
  const { resources, issues } = loadText(text, 'f.yaml');
  assert.deepEqual([resources.length, issues.length], [1000, 0]);
});
