import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiObject } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';
import { type GroupChoice, memberOf } from './group-workload.ts';

const group: ApiObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadGroup',
  metadata: { name: 'orders-vms', namespace: 'shop' },
  spec: {
    metadata: { labels: { app: 'orders', tier: 'back' } },
    template: { ports: { http: 3000 }, serviceAccount: 'orders', labels: { app: 'none' } },
    probe: { httpGet: { port: 3000, path: '/ready' } },
  },
};
const service: ApiObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders' },
  spec: { selector: { app: 'orders' }, ports: [{ name: 'http', port: 8080, targetPort: 3000 }] },
};
const choice: GroupChoice = {
  group: 'orders-vms',
  app: undefined,
  version: undefined,
  namespace: 'shop',
  serviceAccount: undefined,
  labels: {},
  port: undefined,
};

test('labels, account and ports are those of the group', () => {
  const member = memberOf(group, [service], choice);
  assert.equal(member.app, 'orders');
  assert.equal(member.serviceAccount, 'orders');
  assert.equal(member.labels['tier'], 'back');
  assert.deepEqual(member.ports, [{ name: 'http', servicePort: 8080, appPort: 3000 }]);
});

test('--port moves the program and with it the probe', () => {
  const member = memberOf(group, [service], { ...choice, port: 4100 });
  assert.equal(member.ports[0]?.appPort, 4100);
  assert.deepEqual(member.membership?.probe, { httpGet: { port: 4100, path: '/ready' } });
});

test('a group without ports takes those of the Service that selects it', () => {
  const bare = { ...group, spec: { template: { labels: { app: 'orders' } } } };
  assert.deepEqual(memberOf(bare, [service], choice).ports, [{ name: 'http', servicePort: 8080, appPort: 3000 }]);
});

test('one --port does not fit a group with two', () => {
  const two = { ...group, spec: { template: { ports: { http: 1, admin: 2 } } } };
  assert.throws(() => memberOf(two, [], { ...choice, port: 3 }), Failure);
});
