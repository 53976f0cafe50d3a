import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, type JsonObject } from '@weft/config';
import { configReader } from '../../config-reader.ts';
import { consulServiceEntry } from './service-entry.ts';

const LOCAL = { namespace: 'consul', isLocal: true };

/** An element of `/v1/health/service/…`, as an agent of 1.13 sends it, shortened to what is read. */
function instance(more: { service?: object; checks?: readonly string[]; address?: string } = {}): object {
  return {
    Node: { Node: 'vm', Address: '10.0.0.1', Datacenter: 'dc1' },
    Service: {
      ID: 'orders-1',
      Service: 'orders',
      Tags: ['version=v1', 'blue', 'not a label'],
      Address: '10.0.0.9',
      Meta: { protocol: 'grpc', app: 'orders', 'bad key': 'x' },
      Port: 9000,
      Weights: { Passing: 3, Warning: 1 },
      ...more.service,
    },
    Checks: (more.checks ?? ['passing']).map((Status) => ({ Status })),
  };
}

function spec(body: unknown, place = LOCAL): JsonObject {
  const object = consulServiceEntry('orders', body, place);
  assert.ok(object !== undefined);
  const decoded = configReader.object(object, 'consul');
  assert.deepEqual(
    decoded.issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { spec: made } = object;
  assert.ok(isJsonObject(made));
  return made;
}

test('a service is a ServiceEntry by the names that Consul has for it', () => {
  assert.deepEqual(spec([instance()]), {
    hosts: ['orders.service.consul', 'orders.service.dc1.consul'],
    location: 'MESH_INTERNAL',
    resolution: 'STATIC',
    ports: [{ number: 9000, name: 'grpc', protocol: 'GRPC' }],
    endpoints: [
      {
        address: '10.0.0.9',
        ports: { grpc: 9000 },
        labels: { version: 'v1', 'consul.tag/blue': 'true', app: 'orders', protocol: 'grpc' },
        weight: 3,
        locality: 'dc1',
      },
    ],
  });
});

test('another datacentre has names of its own only', () => {
  assert.deepEqual(spec([instance()], { namespace: 'consul', isLocal: false })['hosts'], ['orders.service.dc1.consul']);
});

test('critical instances are left out, warning ones weigh less, and a service with none left stays', () => {
  const weights = (body: readonly object[]): unknown => {
    const { endpoints } = spec(body);
    return Array.isArray(endpoints) ? endpoints.map((each) => isJsonObject(each) && each['weight']) : undefined;
  };
  assert.deepEqual(weights([instance(), instance({ checks: ['passing', 'critical'] })]), [3]);
  assert.deepEqual(weights([instance({ checks: ['warning'] })]), [1]);
  assert.deepEqual(weights([instance({ checks: ['critical'] })]), []);
});

test('the port is what most instances have; a name as address is looked up', () => {
  const made = spec([
    instance({ service: { Port: 9001 } }),
    instance({ service: { Port: 9001, Address: 'vm7.example.com' } }),
    instance(),
  ]);
  assert.deepEqual(made['ports'], [{ number: 9001, name: 'grpc', protocol: 'GRPC' }]);
  assert.equal(made['resolution'], 'DNS');
});

test("Consul's own proxies, instances without a port and garbage are no services", () => {
  assert.equal(consulServiceEntry('orders', [instance({ service: { Kind: 'connect-proxy' } })], LOCAL), undefined);
  assert.equal(consulServiceEntry('orders', [instance({ service: { Port: 0 } })], LOCAL), undefined);
  assert.equal(consulServiceEntry('orders', [7, null, 'x', {}], LOCAL), undefined);
  assert.equal(consulServiceEntry('orders', { not: 'a list' }, LOCAL), undefined);
});
