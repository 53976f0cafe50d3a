import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { buildSnapshot, type Snapshot } from './snapshot.ts';

const SERVICES = 6;

function entry(index: number, addresses: readonly string[]): string {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: s${index}, namespace: shop }
spec:
  hosts: [s${index}.test]
  ports: [{ number: ${8000 + index}, name: http, protocol: HTTP }]
  resolution: STATIC
  endpoints: [${addresses.map((address) => `{ address: ${address} }`).join(', ')}]
`;
}

function snapshot(places: readonly (readonly string[])[], previous?: Snapshot): Snapshot {
  const { resources, issues } = loadText(
    places.map((addresses, index) => entry(index, addresses)).join('---\n'),
    'm.yaml',
  );
  assert.deepEqual(issues, []);
  return buildSnapshot(resources, previous === undefined ? {} : { previous });
}

function answersAt(mesh: Snapshot, addresses: Iterable<string>): unknown {
  return [...addresses].map((address) =>
    mesh.instancesAt(address).map(({ service, port, endpoint }) => {
      assert.ok(mesh.services.includes(service), 'an instance must be of a service of its snapshot');
      return [service.hostname, port.number, endpoint.address];
    }),
  );
}

test('an index that goes on from an earlier one answers like a new one, in the same order', () => {
  const addresses = Array.from({ length: 5 }, (_, i) => `10.0.0.${i}`);
  let mesh = snapshot(Array.from({ length: SERVICES }, () => addresses));
  const places = Array.from({ length: SERVICES }, () => [...addresses]);
  // Endpoints come and go, one service at a time and then several, and services too at the end.
  for (const [index, now] of [
    [2, []],
    [2, ['10.0.0.1']],
    [0, ['10.0.0.9', '10.0.0.1']],
    [5, ['10.0.0.4', '10.0.0.9']],
  ] as const) {
    places[index] = [...now];
    mesh = snapshot(places, mesh);
    assert.deepEqual(
      answersAt(mesh, [...addresses, '10.0.0.9']),
      answersAt(snapshot(places), [...addresses, '10.0.0.9']),
    );
  }
  places.pop();
  mesh = snapshot(places, mesh);
  assert.deepEqual(
    answersAt(mesh, [...addresses, '10.0.0.9']),
    answersAt(snapshot(places), [...addresses, '10.0.0.9']),
  );
});
