import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNode, type Node } from '@weft/mesh';
import { ask, PerNode } from './per-node.ts';

function node(ip: string, labels: Readonly<Record<string, string>>, zone = ''): Node {
  const decoded = decodeNode({
    id: `sidecar~${ip}~p.shop~shop.svc.cluster.local`,
    metadata: { LABELS: labels },
    locality: { region: '', zone, subZone: '' },
  });
  assert.ok(decoded.ok);
  return decoded.value;
}

/** Which of `nodes` share the result with the first. */
function shared(nodes: readonly Node[], make: (node: Node) => unknown): readonly boolean[] {
  const memo = new PerNode<object>();
  const owner = {};
  const results = nodes.map((each) => memo.get(owner, each, (seen) => ({ value: make(seen) })));
  return results.map((result) => result === results[0]);
}

const A = node('10.0.0.1', { app: 'a', version: 'v1' }, 'z1');
const B = node('10.0.0.2', { app: 'a', version: 'v2' }, 'z2');
const C = node('10.0.0.3', { app: 'c' }, 'z1');

test('what was not asked makes no difference', () => {
  assert.deepEqual(
    shared([A, B, C], ({ namespace }) => namespace),
    [true, true, true],
  );
  assert.deepEqual(
    shared([A, B, C], ({ labels }) => labels['app']),
    [true, true, false],
  );
  assert.deepEqual(
    shared([A, B, C], ({ locality }) => locality.zone),
    [true, false, true],
  );
});

test('looking at all labels counts as asking for all of them', () => {
  for (const look of [
    (labels: object): unknown => ({ ...labels }),
    (labels: object): unknown => JSON.stringify(labels),
    (labels: object): unknown => Object.keys(labels).length,
  ]) {
    assert.deepEqual(
      shared([A, B, A], ({ labels }) => look(labels)),
      [true, false, true],
    );
  }
  assert.deepEqual(
    shared([A, B, C], ({ labels }) => 'version' in labels && Object.hasOwn(labels, 'version')),
    [true, false, false],
  );
});

test('an address is never shared by its value, but a narrower question about it is', () => {
  assert.deepEqual(
    shared([A, A], ({ ip }) => ip),
    [true, false],
  );
  const isFirst = (seen: Node): boolean => ask(seen, 'ip is 10.0.0.1', ({ ip }) => ip === '10.0.0.1');
  assert.deepEqual(shared([A, B, A], isFirst), [true, false, true]);
  assert.deepEqual(shared([B, C, A], isFirst), [true, true, false]);
});

test('later questions may depend on earlier answers', () => {
  const memo = new PerNode<{ readonly text: string }>();
  const owner = {};
  const make = ({ labels, locality }: Node): { readonly text: string } => ({
    text: labels['app'] === 'a' ? `a in ${locality.zone}` : 'another',
  });
  for (const each of [A, B, C, A, B, C]) {
    assert.equal(memo.get(owner, each, make).text, make(each).text);
  }
  assert.equal(memo.get(owner, A, make), memo.get(owner, A, make));
  assert.notEqual(memo.get(owner, A, make), memo.get({}, A, make));
});
