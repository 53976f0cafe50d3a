import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiObject } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';
import { chooseServicePort, exposingService, selects } from './service-port.ts';

const service = (ports: readonly object[]): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders' },
  spec: { selector: { app: 'orders' }, ports },
});

test('the only port is the one', () => {
  const chosen = chooseServicePort(service([{ name: 'http', port: 8080 }]), { port: 3000, servicePort: undefined });
  assert.deepEqual(chosen, { name: 'http', servicePort: 8080, appPort: 3000 });
});

test('of several, the one with the same number or target is taken, or the one asked for', () => {
  const two = service([
    { name: 'http', port: 80, targetPort: 3000 },
    { name: 'admin', port: 9000 },
  ]);
  assert.equal(chooseServicePort(two, { port: 3000, servicePort: undefined }).name, 'http');
  assert.equal(chooseServicePort(two, { port: 9000, servicePort: undefined }).name, 'admin');
  assert.equal(chooseServicePort(two, { port: 3000, servicePort: 9000 }).name, 'admin');
});

test('when it cannot be told, the ports are named', () => {
  const two = service([
    { name: 'a', port: 1 },
    { name: 'b', port: 2 },
  ]);
  assert.throws(
    () => chooseServicePort(two, { port: 3, servicePort: undefined }),
    (error) => {
      return error instanceof Failure && error.exit === 'usage' && error.message.includes('1 (a), 2 (b)');
    },
  );
});

test('a Service without a selector selects nothing', () => {
  assert.equal(selects(service([]), { app: 'orders', version: 'v1' }), true);
  assert.equal(selects(service([]), { app: 'cart' }), false);
  assert.equal(selects({ ...service([]), spec: { ports: [] } }, { app: 'orders' }), false);
});

test('--expose makes a Service that fits the workload', () => {
  const made = exposingService({ app: 'cart', namespace: 'default', port: 3001, servicePort: 80, protocol: 'http' });
  assert.equal(selects(made, { app: 'cart' }), true);
  assert.equal(chooseServicePort(made, { port: 3001, servicePort: undefined }).servicePort, 80);
});
