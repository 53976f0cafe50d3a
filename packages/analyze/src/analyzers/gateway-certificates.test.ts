import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { gatewayCertificates } from './gateway-certificates.ts';

const gateway = (name: string, selector: string, tls: string): string =>
  object(
    'Gateway',
    name,
    `spec: { selector: ${selector}, servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [${name}.b], tls: ${tls} }] }`,
  );
const told = (...gateways: readonly string[]): string[] => found(gatewayCertificates, gateways.join(''));

describe('certificates of gateways', () => {
  test('one on two gateways of the same workloads', () => {
    const twice = told(
      gateway('a', '{ x: y }', '{ credentialName: c }'),
      gateway('b', '{ x: y }', '{ credentialName: c }'),
    );
    assert.deepEqual(twice, ['IST0138 Gateway default/a metadata.name', 'IST0138 Gateway default/b metadata.name']);
  });
  test('the narrower selector does not see the wider', () => {
    const once = told(
      gateway('a', '{ x: y }', '{ credentialName: c }'),
      gateway('b', '{ x: y, z: z }', '{ credentialName: c }'),
    );
    assert.deepEqual(once, ['IST0138 Gateway default/a metadata.name']);
  });
  test('different ones, or a file and a secret', () => {
    assert.deepEqual(
      told(gateway('a', '{}', '{ credentialName: c }'), gateway('b', '{}', '{ credentialName: d }')),
      [],
    );
    assert.deepEqual(
      told(gateway('a', '{}', '{ credentialName: c }'), gateway('b', '{}', '{ serverCertificate: c, privateKey: c }')),
      [],
    );
  });
});
