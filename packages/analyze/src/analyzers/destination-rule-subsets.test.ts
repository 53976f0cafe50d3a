import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { destinationRuleSubsets } from './destination-rule-subsets.ts';

const SERVICE = object('Service', 'shop/web', 'spec: { ports: [{ port: 80 }] }');
const rule = (labels: string): string =>
  object('DestinationRule', 'shop/web', `spec: { host: web, subsets: [{ name: s, labels: ${labels} }] }`);
const IDLE = ['IST0173 DestinationRule shop/web spec.subsets[0]'];

describe('subsets', () => {
  test('of a host nobody declares', () => {
    assert.deepEqual(found(destinationRuleSubsets, rule('{ v: v1 }')), ['IST0174 DestinationRule shop/web spec.host']);
  });
  test('select a pod, or none', () => {
    const pod = object('Pod', 'shop/a', 'spec: {}', { labels: { v: 'v1' } });
    assert.deepEqual(found(destinationRuleSubsets, SERVICE + pod + rule('{ v: v1 }')), []);
    assert.deepEqual(found(destinationRuleSubsets, SERVICE + pod + rule('{ v: v2 }')), IDLE);
  });
  test('select by the place of the node', () => {
    const node = object('Node', 'n1', 'spec: {}', { labels: { 'topology.kubernetes.io/region': 'eu' } });
    const pod = object('Pod', 'shop/a', 'spec: { nodeName: n1 }');
    const subset = rule('{ topology.kubernetes.io/region: eu }');
    assert.deepEqual(found(destinationRuleSubsets, SERVICE + node + pod + subset), []);
    assert.deepEqual(found(destinationRuleSubsets, SERVICE + pod + subset), IDLE);
  });
  test('select an endpoint of a service entry', () => {
    const entry = object(
      'ServiceEntry',
      'shop/e',
      'spec: { hosts: [web.example.com], endpoints: [{ address: 1.2.3.4, labels: { v: v1 } }] }',
    );
    const remote = object(
      'DestinationRule',
      'shop/e',
      'spec: { host: web.example.com, subsets: [{ name: s, labels: { v: v1 } }] }',
    );
    assert.deepEqual(found(destinationRuleSubsets, entry + remote), []);
  });
  test('select what nobody knows', () => {
    assert.deepEqual(found(destinationRuleSubsets, SERVICE + rule('{ v: v1 }'), { workloadsKnown: false }), []);
  });
});
