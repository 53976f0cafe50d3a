import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundPort, SLOTS, socketsOf } from './address-plan.ts';

test('every slot on Linux has an address of its own that no /24 reserves', () => {
  const seen = new Set<string>();
  for (let slot = 1; slot <= SLOTS.addresses; slot++) {
    const { address } = socketsOf('addresses', slot);
    assert.match(address, /^127\.1\.[0-3]\.(?!0$|255$)\d+$/);
    seen.add(address);
  }
  assert.equal(seen.size, SLOTS.addresses);
});

test('blocks of ports never overlap, inbound ports included', () => {
  const seen = new Set<number>();
  for (let slot = 1; slot <= SLOTS.ports; slot++) {
    const s = socketsOf('ports', slot);
    assert.equal(s.address, '127.0.0.1');
    const ports = [s.claimPort, s.adminPort, s.metricsPort, s.readinessPort, s.httpProxyPort];
    for (let i = 0; i < 5; i++) ports.push(inboundPort(s, 8080, i));
    for (const port of ports) {
      assert.ok(port < 32_768, 'stays below the ports that the system hands out');
      assert.ok(!seen.has(port), `port ${port} is used twice`);
      seen.add(port);
    }
  }
});

test('an inbound port never equals its service port and stays a port', () => {
  const sockets = socketsOf('addresses', 1);
  for (const port of [1, 80, 8080, 45_535, 45_536, 65_535]) {
    const inbound = inboundPort(sockets, port, 0);
    assert.notEqual(inbound, port);
    assert.ok(inbound > 0 && inbound <= 65_535);
  }
});

test('a slot outside the plan is refused', () => {
  assert.throws(() => socketsOf('addresses', 0), RangeError);
  assert.throws(() => socketsOf('ports', SLOTS.ports + 1), RangeError);
});
