import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { gatewayPorts } from './gateway-ports.ts';

const POD = object('Pod', 'edge/p', 'spec: {}', { labels: { app: 'gw' } });
const SERVICE = object(
  'Service',
  'edge/gw',
  'spec: { selector: { app: gw }, ports: [{ port: 80, targetPort: 8080 }, { port: 53, protocol: UDP }] }',
);
const gateway = (port: number, app = 'gw'): string =>
  object(
    'Gateway',
    'shop/g',
    `spec: { selector: { app: ${app} }, servers: [{ port: { number: ${port}, name: p, protocol: HTTP }, hosts: [a.b] }] }`,
  );

describe('ports of gateways', () => {
  for (const [title, text, expected] of [
    ['open', POD + SERVICE + gateway(80), []],
    ['open by its target', POD + SERVICE + gateway(8080), []],
    ['closed', POD + SERVICE + gateway(81), ['IST0162 Gateway shop/g spec.servers[0].port.number']],
    ['open to UDP alone', POD + SERVICE + gateway(53), ['IST0162 Gateway shop/g spec.servers[0].port.number']],
    ['of nobody', POD + SERVICE + gateway(80, 'other'), ['IST0101 Gateway shop/g spec.selector.app']],
  ] as const) {
    test(title, () => assert.deepEqual(found(gatewayPorts, text), expected));
  }
});
