import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { destinationHosts } from './destination-hosts.ts';

const SERVICE = object('Service', 'shop/web', 'spec: { ports: [{ port: 80 }] }');
const TWO = object('Service', 'shop/two', 'spec: { ports: [{ port: 80 }, { port: 81 }] }');
const service = (destination: string, name = 'shop/a', more = ''): string =>
  object('VirtualService', name, `spec: { hosts: [a], ${more} http: [{ route: [{ destination: ${destination} }] }] }`);
const AT = 'VirtualService shop/a spec.http[0].route[0].destination.host';

describe('destinations', () => {
  for (const [title, text, expected] of [
    ['that exist', SERVICE + service('{ host: web }'), []],
    ['that do not', SERVICE + service('{ host: wep }'), [`IST0101 ${AT}`]],
    [
      'of another namespace by short name',
      SERVICE + service('{ host: web }', 'away/a'),
      [`IST0101 ${AT.replace('shop', 'away')}`],
    ],
    ['of another namespace by full name', SERVICE + service('{ host: web.shop.svc.cluster.local }', 'away/a'), []],
    ['on one of several ports', TWO + service('{ host: two, port: { number: 81 } }'), []],
    ['on no port of several', TWO + service('{ host: two }'), [`IST0112 ${AT}`]],
    ['on a port that is closed', SERVICE + service('{ host: web, port: { number: 9 } }'), [`IST0101 ${AT}`]],
    [
      'of a wildcard',
      object('ServiceEntry', 'shop/e', "spec: { hosts: ['*.x.y'], ports: [{ number: 80 }] }") +
        service('{ host: a.x.y }'),
      [],
    ],
    [
      'that are not shown to this namespace',
      object('ServiceEntry', 'away/e', "spec: { hosts: [x.y], exportTo: ['.'], ports: [{ number: 80 }] }") +
        service('{ host: x.y }'),
      [`IST0101 ${AT}`],
    ],
    [
      'of copies',
      SERVICE +
        object(
          'VirtualService',
          'shop/a',
          'spec: { hosts: [a], http: [{ route: [{ destination: { host: web } }], mirrors: [{ destination: { host: x } }] }] }',
        ),
      ['IST0101 VirtualService shop/a spec.http[0].mirrors[0].destination.host'],
    ],
    [
      'whose subsets do not count at a gateway',
      SERVICE +
        object(
          'VirtualService',
          'shop/b',
          'spec: { hosts: [web], http: [{ route: [{ destination: { host: web, subset: s } }] }] }',
        ) +
        service('{ host: web }', 'shop/a', 'gateways: [g],'),
      ['IST0140 VirtualService shop/a spec.http'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(destinationHosts, text), expected));
  }
});
