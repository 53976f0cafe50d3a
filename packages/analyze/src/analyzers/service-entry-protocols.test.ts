import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { serviceEntryProtocols } from './service-entry-protocols.ts';

const entry = (name: string, protocol: string, more = ''): string =>
  object(
    'ServiceEntry',
    name,
    `spec: { hosts: [a.b], ${more} ports: [{ number: 80, name: p, protocol: ${protocol} }] }`,
  );
const titles = (text: string): string[] => found(serviceEntryProtocols, text).map((line) => line.split(' ')[2] ?? '');

describe('protocols of service entries', () => {
  for (const [title, text, expected] of [
    ['that differ', entry('shop/a', 'HTTP') + entry('away/b', 'TCP'), ['shop/a', 'away/b']],
    ['that agree, whatever the case', entry('shop/a', 'HTTP') + entry('away/b', 'http'), []],
    [
      'of different viewers',
      entry('shop/a', 'HTTP', "exportTo: ['.'],") + entry('away/b', 'TCP', "exportTo: ['.'],"),
      [],
    ],
    [
      'of one viewer and of all',
      entry('shop/a', 'HTTP', "exportTo: ['.'],") + entry('away/b', 'TCP'),
      ['shop/a', 'away/b'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(titles(text), expected));
  }
});
