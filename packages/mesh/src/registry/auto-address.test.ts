import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText, type Resource, resourcesOf } from '@weft/config';
import { allocateAddresses } from './auto-address.ts';

function entries(yaml: string): readonly Resource<'ServiceEntry'>[] {
  const { resources, issues } = loadText(yaml, 'mesh.yaml');
  assert.deepEqual(
    issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  return resourcesOf(resources, 'ServiceEntry');
}

function entry(name: string, more = '', labels = '{}', status = ''): string {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: shop, labels: ${labels} }
spec:
  hosts: [${name}.example.com]
  ports: [{ number: 5432, name: tcp, protocol: TCP }]
  ${more === '' ? 'resolution: DNS' : more}
${status}---
`;
}

test('every host without addresses gets an IPv4 and an IPv6 address of its own, whatever the order', () => {
  const names = Array.from({ length: 3000 }, (_, i) => entry(`db-${i}`));
  const all = entries(names.join(''));
  const found = allocateAddresses(all);
  assert.equal(found.size, 3000);
  const addresses = [...found.values()].flat();
  assert.equal(new Set(addresses).size, 6000);
  assert.ok(addresses.every((address) => /^240\.240\.\d+\.\d+$|^2001:2::[0-9a-f]+$/.test(address)));
  assert.ok(addresses.every((address) => !/\.(0|255)$/.test(address)));
  assert.deepEqual(allocateAddresses(all.toReversed()), found);
});

test('one more entry leaves the addresses of the others alone unless it is older', () => {
  const few = allocateAddresses(entries(Array.from({ length: 200 }, (_, i) => entry(`db-${i}`)).join('')));
  const more = allocateAddresses(entries(Array.from({ length: 201 }, (_, i) => entry(`db-${i}`)).join('')));
  const moved = [...few].filter(([key, addresses]) => more.get(key)?.join() !== addresses.join());
  assert.ok(moved.length <= 1, String(moved));
});

test('who has addresses, resolves nothing or declines gets none', () => {
  const found = allocateAddresses(
    entries(
      entry('none', 'resolution: NONE') +
        entry('own', 'resolution: STATIC\n  addresses: [10.0.0.1]') +
        entry('declined', '', '{ networking.istio.io/enable-autoallocate-ip: "False" }') +
        entry('given'),
    ),
  );
  assert.deepEqual([...found.keys()], ['shop/given.example.com']);
});

test('what the status says is kept, and nobody else gets it', () => {
  const [free] = [...allocateAddresses(entries(entry('later'))).values()];
  const status = `status:\n  addresses: [{ value: "${free?.[0]}", host: first.example.com }]\n`;
  const found = allocateAddresses(entries(entry('first', '', '{}', status) + entry('later')));
  assert.deepEqual(found.get('shop/first.example.com'), [free?.[0]]);
  assert.notEqual(found.get('shop/later.example.com')?.[0], free?.[0]);
});

test('a wildcard has an address only when its hosts are looked up one by one', () => {
  const wild = (resolution: string): string => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: wild, namespace: shop }
spec: { hosts: ["*.example.com"], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: ${resolution}, ${resolution === 'STATIC' ? 'endpoints: [{ address: 10.0.0.9 }]' : ''} }
`;
  assert.equal(allocateAddresses(entries(wild('STATIC'))).size, 0);
  assert.equal(allocateAddresses(entries(wild('DYNAMIC_DNS'))).size, 1);
});

test('entries of a namespace that declare the same host share its addresses', () => {
  const again = entry('again').replace('again.example.com', 'db.example.com');
  assert.deepEqual([...allocateAddresses(entries(entry('db') + again)).keys()], ['shop/db.example.com']);
});
