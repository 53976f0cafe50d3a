import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapGatewayPorts } from './gateway.ts';

test('privileged ports move to where anybody may listen', () => {
  const map = mapGatewayPorts([80, 443, 9090], { offset: 0, http: undefined });
  assert.deepEqual(Object.fromEntries(map), { 80: 8080, 443: 8443, 9090: 9090 });
});

test('an offset moves all of them, --gateway-port only the HTTP one', () => {
  const map = mapGatewayPorts([80, 9090], { offset: 100, http: 7000 });
  assert.deepEqual(Object.fromEntries(map), { 80: 7000, 443: 8543, 9090: 9190 });
});
