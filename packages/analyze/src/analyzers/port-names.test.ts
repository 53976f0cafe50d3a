import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { portNames } from './port-names.ts';

const service = (port: string, more = '', labels = {}): string =>
  object('Service', 'shop/a', `spec: { ${more} ports: [${port}] }`, { labels });
const UNDECLARED = ['IST0118 Service shop/a spec.ports[0].port'];

describe('names of ports', () => {
  for (const [title, text, expected] of [
    ['say the protocol', service('{ name: http-web, port: 80 }'), []],
    ['say nothing', service('{ name: web, port: 80 }'), UNDECLARED],
    ['are absent', service('{ port: 80 }'), UNDECLARED],
    ['are not needed beside appProtocol', service('{ name: web, port: 80, appProtocol: grpc }'), []],
    ['are not needed for UDP', service('{ name: web, port: 80, protocol: UDP }'), []],
    ['are not needed where servers speak first', service('{ name: db, port: 3306 }'), []],
    [
      'of an external name',
      service('{ name: tcp, port: 80 }', 'type: ExternalName, externalName: a.b,'),
      ['IST0150 Service shop/a spec.ports[0].port'],
    ],
    ['of the control plane', service('{ name: web, port: 80 }', '', { istio: 'pilot' }), []],
    [
      'of a managed gateway',
      service('{ name: web, port: 80 }', '', { 'gateway.istio.io/managed': 'istio.io-gateway-controller' }),
      [],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(portNames, text), expected));
  }
});
