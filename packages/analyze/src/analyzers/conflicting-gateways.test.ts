import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { conflictingGateways } from './conflicting-gateways.ts';

const gateway = (name: string, selector: string, hosts: string, more = ''): string =>
  object(
    'Gateway',
    name,
    `spec: { selector: ${selector}, servers: [{ ${more} port: { number: 80, name: p, protocol: HTTP }, hosts: ${hosts} }] }`,
  );
const titles = (text: string): string[] => found(conflictingGateways, text);

describe('gateways of the same workloads', () => {
  test('with the same host on the same port', () => {
    assert.deepEqual(titles(gateway('a', '{ x: y }', '[a.b]') + gateway('b', '{ x: y }', '[a.b, c.d]')), [
      'IST0145 Gateway default/a spec.servers[0]',
      'IST0145 Gateway default/b spec.servers[0]',
    ]);
  });
  test('with other hosts, or on another address', () => {
    assert.deepEqual(titles(gateway('a', '{ x: y }', '[a.b]') + gateway('b', '{ x: y }', '[c.d]')), []);
    assert.deepEqual(
      titles(gateway('a', '{ x: y }', '[a.b]') + gateway('b', '{ x: y }', '[a.b]', 'bind: 10.0.0.1,')),
      [],
    );
  });
  test('a narrower selector matters where a pod has both', () => {
    const both = gateway('a', '{ x: y }', '[a.b]') + gateway('b', '{ x: y, z: z }', '[a.b]');
    assert.deepEqual(titles(both), []);
    const pod = object('Pod', 'edge/p', 'spec: {}', { labels: { x: 'y', z: 'z' } });
    assert.equal(titles(pod + both).length, 2);
  });
});
