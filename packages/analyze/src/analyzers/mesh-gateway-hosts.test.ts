import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { meshGatewayHosts } from './mesh-gateway-hosts.ts';

const service = (name: string, host: string, more = ''): string =>
  object(
    'VirtualService',
    name,
    `spec: { hosts: ['${host}'], ${more} http: [{ route: [{ destination: { host: a } }] }] }`,
  );
const titles = (text: string): string[] => found(meshGatewayHosts, text).map((line) => line.split(' ')[2] ?? '');

describe('hosts inside the mesh', () => {
  for (const [title, text, expected] of [
    [
      'claimed twice, by short and long name',
      service('shop/a', 'web') + service('away/b', 'web.shop.svc.cluster.local'),
      ['shop/a', 'away/b'],
    ],
    ['of two namespaces', service('shop/a', 'web') + service('away/b', 'web'), []],
    ['at a gateway', service('shop/a', 'web.x') + service('away/b', 'web.x', 'gateways: [g],'), []],
    [
      'seen by different namespaces',
      service('shop/a', 'web.x', "exportTo: ['.'],") + service('away/b', 'web.x', "exportTo: ['.'],"),
      [],
    ],
    [
      'seen by one and by all',
      service('shop/a', 'web.x', "exportTo: ['.'],") + service('away/b', 'web.x'),
      ['shop/a', 'away/b'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(titles(text), expected));
  }
});
