import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { NameTableSchema } from '@weft/xds/gen/istio/networking/nds/v1/nds_pb';
import { addressBytes, NameLookup } from './name-lookup.ts';

const table = create(NameTableSchema, {
  table: {
    'orders.shop.svc.cluster.local': {
      ips: ['10.0.0.1'],
      registry: 'Kubernetes',
      shortname: 'orders',
      namespace: 'shop',
    },
    'cart.other.svc.cluster.local': {
      ips: ['10.0.0.2'],
      registry: 'Kubernetes',
      shortname: 'cart',
      namespace: 'other',
    },
    'far.shop.svc.elsewhere': { ips: ['10.0.0.3'], registry: 'Kubernetes', shortname: 'far', namespace: 'shop' },
    'db.example.com': { ips: ['240.240.0.1', '2001:2::1'], registry: 'External' },
    '*.wild.example.com': { ips: ['240.240.0.2'], registry: 'External' },
    'no.address.example.com': { ips: ['10.0.0.0/8'], registry: 'External' },
  },
});
const names = new NameLookup(table, { namespace: 'shop', domain: 'svc.cluster.local' });
const v4 = (name: string): string | undefined =>
  names
    .find(name)
    ?.v4.map((bytes) => bytes.join('.'))
    .join();

test('a Kubernetes service has its short names, the shortest in its own namespace only', () => {
  for (const name of ['orders', 'orders.shop', 'orders.shop.svc', 'orders.shop.svc.cluster.local'])
    assert.equal(v4(name), '10.0.0.1', name);
  assert.equal(v4('cart'), undefined);
  assert.equal(v4('cart.other'), '10.0.0.2');
  assert.equal(v4('far'), undefined);
  assert.equal(v4('far.shop.svc.elsewhere'), '10.0.0.3');
});

test('what a search domain was put behind is found by its own name', () => {
  const found = names.find('db.example.com.shop.svc.cluster.local');
  assert.equal(found?.canonical, 'db.example.com');
  assert.equal(v4('db.example.com.cluster.local'), '240.240.0.1');
  assert.equal(names.find('cart.shop.svc.cluster.local'), undefined);
});

test('a wildcard takes every name below, and no other', () => {
  assert.equal(v4('a.wild.example.com'), '240.240.0.2');
  assert.equal(v4('a.b.wild.example.com'), '240.240.0.2');
  assert.equal(v4('wild.example.com'), undefined);
  assert.equal(names.find('no.address.example.com'), undefined);
});

test('addresses are bytes in network order', () => {
  const text = (address: string): string => Buffer.from(addressBytes(address) ?? []).toString('hex');
  assert.equal(text('10.1.2.3'), '0a010203');
  assert.equal(text('2001:2::1f'), '2001000200000000000000000000001f');
  assert.equal(text('::'), '0'.repeat(32));
  assert.equal(text('::ffff:1.2.3.4'), '00000000000000000000ffff01020304');
  assert.equal(text('1:2:3:4:5:6:7:8'), '00010002000300040005000600070008');
  assert.equal(addressBytes('fe80::1%eth0'), undefined);
  assert.equal(addressBytes('10.0.0.0/8'), undefined);
});
