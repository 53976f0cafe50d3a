import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { FakeClock } from '@weft/base';
import { SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import { certificate, inline, TRUSTED } from '../testing/tls.ts';
import { SecretStore } from './secret-store.ts';

function store(clock = new FakeClock(), overdue: string[] = []): SecretStore {
  return new SecretStore(
    clock,
    () => undefined,
    (name) => overdue.push(name),
  );
}

const secret = (name: string, value: object) => fromJson(SecretSchema, { name, ...value } as JsonObject);

test('takes a certificate and its renewal', () => {
  const secrets = store();
  for (const name of ['shop', 'shop-renewed']) {
    assert.deepEqual(secrets.put(secret('own', { tls_certificate: certificate(name) })), []);
  }
  const held = secrets.get('own');
  assert.ok(held?.kind === 'identity');
  assert.deepEqual(held.identity.serverNames, ['shop.example.com', 'localhost']);
  assert.equal(secrets.generation, 2);
});

for (const [what, value, message] of [
  [
    'no PEM',
    { tls_certificate: { certificate_chain: { inline_string: 'x' }, private_key: inline('shop.key') } },
    /is no certificate/,
  ],
  [
    'the key of another',
    { tls_certificate: { ...certificate('shop'), private_key: inline('client.key') } },
    /does not belong/,
  ],
  ['a key too short', { tls_certificate: certificate('weak') }, /too small/],
  [
    'a missing file',
    { tls_certificate: { ...certificate('shop'), private_key: { filename: '/nonexistent' } } },
    /cannot read/,
  ],
  ['no demands', { validation_context: {} }, /demands nothing/],
  ['a broken authority', { validation_context: { trusted_ca: { inline_string: 'x' } } }, /is no certificate/],
  ['nothing', {}, /holds nothing/],
  ['another type', { generic_secret: { secret: { inline_string: 'x' } } }, /generic_secret/],
] as const) {
  test(`refuses a secret with ${what}, and keeps the last good one`, () => {
    const secrets = store();
    secrets.put(secret('own', { tls_certificate: certificate('shop') }));
    const before = secrets.get('own');
    const issues = secrets.put(secret('own', value));
    assert.match(issues.map((issue) => `${issue.at} ${issue.message}`).join('\n'), message);
    assert.doesNotMatch(JSON.stringify(issues), /PRIVATE KEY/);
    assert.equal(secrets.get('own'), before);
  });
}

test('waits for a secret that is asked for, but not for ever', () => {
  const clock = new FakeClock();
  const overdue: string[] = [];
  const secrets = store(clock, overdue);
  secrets.await(['own', 'authority']);
  assert.equal(secrets.pending('own'), true);
  secrets.put(secret('authority', { validation_context: TRUSTED }));
  secrets.await(['own', 'authority']);
  clock.advance(15_000);
  assert.deepEqual(overdue, ['own']);
  assert.equal(secrets.pending('own'), false);
  assert.equal(secrets.pending('authority'), false);
});
