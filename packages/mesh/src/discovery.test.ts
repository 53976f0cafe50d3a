import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { buildSnapshot } from './snapshot.ts';

const namespace = (name: string, labels: string): string =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: ${labels} }\n`;
const service = (ns: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: { name: it, namespace: ${ns} }\nspec: { ports: [{ name: http, port: 80 }] }\n`;

function seen(selectors: unknown): string[] {
  const text =
    namespace('a', '{ mesh: "yes", env: prod }') +
    namespace('b', '{ mesh: "yes", env: dev }') +
    namespace('c', '{}') +
    ['a', 'b', 'c', 'd'].map(service).join('');
  const { resources } = loadText(text, 'm.yaml');
  const meshConfig = { discoverySelectors: selectors as [] };
  return buildSnapshot(resources, { meshConfig }).services.map((each) => each.namespace);
}

test('only namespaces that a selector selects are looked at', () => {
  assert.deepEqual(seen([]), ['a', 'b', 'c', 'd']);
  assert.deepEqual(seen([{ matchLabels: { mesh: 'yes' } }]), ['a', 'b']);
  assert.deepEqual(seen([{ matchLabels: { env: 'prod' } }, { matchLabels: { 'kubernetes.io/metadata.name': 'd' } }]), [
    'a',
    'd',
  ]);
});

test('requirements of a selector', () => {
  const one = (key: string, operator: string, ...values: string[]): string[] =>
    seen([{ matchExpressions: [{ key, operator, values }] }]);
  assert.deepEqual(one('env', 'In', 'dev', 'test'), ['b']);
  assert.deepEqual(one('env', 'NotIn', 'dev'), ['a', 'c', 'd']);
  assert.deepEqual(one('mesh', 'Exists'), ['a', 'b']);
  assert.deepEqual(one('mesh', 'DoesNotExist'), ['c', 'd']);
  assert.deepEqual(one('mesh', 'Likes'), []);
});
