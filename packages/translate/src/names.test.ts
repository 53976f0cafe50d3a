import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { type ClusterName, hostPort, parseClusterName, printClusterName } from './names.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-.*';

test('a printed cluster name parses back to its parts', () => {
  const random = seededRandom(7);
  const word = (most: number): string =>
    Array.from({ length: random.below(most) }, () => LETTERS[random.below(LETTERS.length)]).join('');
  for (let i = 0; i < 500; i++) {
    const name: ClusterName = {
      direction: random.below(2) === 0 ? 'inbound' : 'outbound',
      port: random.below(65_536),
      subset: word(12),
      host: word(40),
    };
    assert.deepEqual(parseClusterName(printClusterName(name)), name);
  }
});

test('other names are no cluster names of services', () => {
  for (const text of ['PassthroughCluster', 'outbound|x||host', 'outbound|80|v1', 'outbound|80|v1|host|more', '']) {
    assert.equal(parseClusterName(text), undefined, text);
  }
});

test('an IPv6 address gets brackets before its port', () => {
  assert.equal(hostPort('::1', 80), '[::1]:80');
  assert.equal(hostPort('orders', 80), 'orders:80');
});
