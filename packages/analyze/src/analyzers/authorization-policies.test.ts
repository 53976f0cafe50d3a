import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { authorizationPolicies } from './authorization-policies.ts';

const POD = object('Pod', 'shop/a', 'spec: { containers: [{ name: istio-proxy, image: proxy }] }', {
  labels: { app: 'a' },
});
const OUTSIDE = object('Pod', 'shop/b', 'spec: {}', { labels: { app: 'b' } });
const selecting = (name: string, app: string): string =>
  object('AuthorizationPolicy', name, `spec: { selector: { matchLabels: { app: ${app} } } }`);

describe('authorization policies', () => {
  test('select a workload of their namespace', () => {
    assert.deepEqual(found(authorizationPolicies, POD + selecting('shop/p', 'a')), []);
    assert.deepEqual(found(authorizationPolicies, POD + selecting('other/p', 'a')), [
      'IST0127 AuthorizationPolicy other/p spec.selector',
    ]);
  });
  test('of the root namespace select anywhere', () => {
    assert.deepEqual(found(authorizationPolicies, POD + selecting('istio-system/p', 'a')), []);
  });
  test('do nothing to pods without a sidecar', () => {
    assert.deepEqual(found(authorizationPolicies, OUTSIDE + selecting('shop/p', 'b')), [
      'IST0127 AuthorizationPolicy shop/p spec.selector',
    ]);
  });
  test('select workloads outside Kubernetes', () => {
    const vm = object('WorkloadEntry', 'shop/vm', 'spec: { address: 10.0.0.1, labels: { app: vm } }');
    assert.deepEqual(found(authorizationPolicies, vm + selecting('shop/p', 'vm')), []);
  });
  test('select what nobody knows', () => {
    assert.deepEqual(found(authorizationPolicies, selecting('shop/p', 'x'), { workloadsKnown: false }), []);
  });
  test('name namespaces that exist', () => {
    const rules = "spec: { rules: [{ from: [{ source: { namespaces: [sh*, '*', gone], notNamespaces: [away] } }] }] }";
    const policy = object('AuthorizationPolicy', 'istio-system/p', rules);
    assert.deepEqual(found(authorizationPolicies, object('Namespace', 'shop') + policy), [
      'IST0101 AuthorizationPolicy istio-system/p spec.rules[0].from[0].source.namespaces[2]',
      'IST0101 AuthorizationPolicy istio-system/p spec.rules[0].from[0].source.notNamespaces[0]',
    ]);
  });
});
