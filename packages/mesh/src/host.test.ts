import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostIndex, intersectHosts, isSubsetOf, overlaps, resolveGatewayName, resolveHost } from './host.ts';

describe('hosts', () => {
  test('overlap when some name matches both', () => {
    for (const [a, b, expected] of [
      ['a.com', 'a.com', true],
      ['a.com', 'b.com', false],
      ['*.com', 'a.com', true],
      ['*.a.com', '*.com', true],
      ['*.a.com', '*.b.com', false],
      ['*', 'x', true],
    ] as const) {
      assert.equal(overlaps(a, b), expected, `${a} ${b}`);
      assert.equal(overlaps(b, a), expected, `${b} ${a}`);
    }
  });

  test('are subsets only towards the wider pattern', () => {
    assert.equal(isSubsetOf('a.com', '*.com'), true);
    assert.equal(isSubsetOf('*.com', 'a.com'), false);
    assert.equal(isSubsetOf('*.a.com', '*.com'), true);
    assert.equal(isSubsetOf('*.com', '*.a.com'), false);
  });

  test('intersect to the narrower of each pair', () => {
    assert.deepEqual(intersectHosts(['*.foo.com'], ['1.foo.com', 'x.bar.com']), ['1.foo.com']);
    assert.deepEqual(intersectHosts(['1.foo.com', '2.foo.com'], ['*.foo.com']), ['1.foo.com', '2.foo.com']);
  });

  test('without dots belong to a namespace', () => {
    assert.equal(resolveHost('orders', 'shop', 'cluster.local'), 'orders.shop.svc.cluster.local');
    for (const host of ['orders.other', '*', '10.0.0.1', '::1']) {
      assert.equal(resolveHost(host, 'shop', 'cluster.local'), host);
    }
  });

  test('of gateways have four forms', () => {
    assert.equal(resolveGatewayName('public', 'shop'), 'shop/public');
    assert.equal(resolveGatewayName('./public', 'shop'), 'shop/public');
    assert.equal(resolveGatewayName('istio-system/public', 'shop'), 'istio-system/public');
    assert.equal(resolveGatewayName('public.istio-system.svc.cluster.local', 'shop'), 'istio-system/public');
    assert.equal(resolveGatewayName('mesh', 'shop'), 'mesh');
  });
});

test('the index finds the exact host, else the longest wildcard', () => {
  const index = new HostIndex<string>();
  for (const host of ['*', '*.com', '*.a.com', 'x.a.com']) index.set(host, host);
  assert.equal(index.find('x.a.com'), 'x.a.com');
  assert.equal(index.find('y.a.com'), '*.a.com');
  assert.equal(index.find('b.com'), '*.com');
  assert.equal(index.find('b.org'), '*');
  assert.equal(index.find('*.a.com'), '*.a.com');
  assert.equal(index.find('*.z.a.com'), '*.a.com');
  assert.equal(new HostIndex<string>().find('a'), undefined);
});
