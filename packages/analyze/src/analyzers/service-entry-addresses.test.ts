import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { serviceEntryAddresses } from './service-entry-addresses.ts';

const entry = (protocol: string, more = ''): string =>
  object(
    'ServiceEntry',
    'shop/e',
    `spec: { hosts: [a.b], ${more} ports: [{ number: 5432, name: db, protocol: '${protocol}' }] }`,
  );
const AMBIGUOUS = ['IST0134 ServiceEntry shop/e spec.ports[0].name'];

describe('addresses of service entries', () => {
  for (const [title, text, expected] of [
    ['needed for TCP', entry('tcp'), AMBIGUOUS],
    ['needed for nothing said', entry(''), AMBIGUOUS],
    ['not needed for HTTP', entry('HTTP'), []],
    ['given', entry('TCP', 'addresses: [10.0.0.1],'), []],
    ['allocated', `${entry('TCP')}status: { addresses: [{ value: 240.240.0.1 }] }\n`, []],
  ] as const) {
    test(title, () => assert.deepEqual(found(serviceEntryAddresses, text), expected));
  }
  test('allocated by every proxy', () => {
    const proxyMetadata = { ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_DNS_AUTO_ALLOCATE: 'true' };
    assert.deepEqual(
      found(serviceEntryAddresses, entry('TCP'), { meshConfig: { defaultConfig: { proxyMetadata } } }),
      [],
    );
  });
});
