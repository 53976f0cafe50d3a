import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeObject, type JsonObject } from '@weft/config';
import { buildSnapshot, decodeNode, type Node, proxyOf, type Snapshot } from '@weft/mesh';
import { translate } from '@weft/translate';
import { EMPTY_XDS_SET } from '@weft/xds';
import { SetEncoder } from './encode-set.ts';
import { EndpointChange } from './endpoint-change.ts';

const KEY = { group: 'networking.istio.io', kind: 'ServiceEntry', namespace: 'default', name: 'a' };

function mesh(addresses: readonly string[], previous?: Snapshot, port = 8080): Snapshot {
  const entry = (name: string, endpoints: readonly string[], number: number): JsonObject => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, namespace: 'default' },
    spec: {
      hosts: [`${name}.test`],
      ports: [{ number, name: 'http', protocol: 'HTTP' }],
      resolution: 'STATIC',
      endpoints: endpoints.map((address) => ({ address })),
    },
  });
  const resources = [entry('a', addresses, port), entry('b', ['10.0.1.1'], 8080)].map((object) => {
    const decoded = decodeObject(object);
    assert.ok(decoded.ok);
    return decoded.value;
  });
  return buildSnapshot(resources, previous === undefined ? {} : { previous });
}

function node(ip: string): Node {
  const decoded = decodeNode({ id: `sidecar~${ip}~p.default~default.svc.cluster.local` });
  assert.ok(decoded.ok);
  return decoded.value;
}

test('a patched set is the one that a whole translation gives', () => {
  const before = mesh(['10.0.0.1', '10.0.0.2']);
  const after = mesh(['10.0.0.1', '10.0.0.3'], before);
  const proxy = node('10.9.9.9');
  const encoder = new SetEncoder();
  const old = encoder.encode(translate(before, proxyOf(before, proxy)), undefined);
  encoder.startGeneration();
  const part = EndpointChange.between(before, after, [KEY])?.translate(proxy);
  assert.ok(part !== undefined);
  const patched = encoder.patchEndpoints(part, old);
  const whole = new SetEncoder().encode(translate(after, proxyOf(after, proxy)), EMPTY_XDS_SET);
  assert.deepEqual(patched, whole);
  assert.equal(patched?.cluster, old.cluster);
  assert.notEqual(patched?.endpoint, old.endpoint);
  assert.equal(encoder.patchEndpoints(part, old)?.endpoint, patched?.endpoint);
});

test('a proxy whose own address comes or goes needs more than endpoints', () => {
  const before = mesh(['10.0.0.1', '10.0.0.2']);
  const change = EndpointChange.between(before, mesh(['10.0.0.1', '10.0.0.3'], before), [KEY]);
  assert.equal(change?.translate(node('10.0.0.2')), undefined);
  assert.equal(change?.translate(node('10.0.0.3')), undefined);
  assert.notEqual(change?.translate(node('10.0.0.1')), undefined);
});

test('more than endpoints: another port, another service, another kind', () => {
  const before = mesh(['10.0.0.1']);
  assert.equal(EndpointChange.between(before, mesh(['10.0.0.2'], before, 8081), [KEY]), undefined);
  assert.equal(EndpointChange.between(before, buildSnapshot([]), [KEY]), undefined);
  const routes = { ...KEY, kind: 'VirtualService' };
  assert.equal(EndpointChange.between(before, mesh(['10.0.0.2'], before), [KEY, routes]), undefined);
});
