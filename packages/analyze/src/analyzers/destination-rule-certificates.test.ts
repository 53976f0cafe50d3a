import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { destinationRuleCertificates } from './destination-rule-certificates.ts';

const rule = (policy: string, more = ''): string =>
  object('DestinationRule', 'shop/db', `spec: { host: db, ${more} trafficPolicy: { ${policy} } }`);

describe('certificates of servers', () => {
  for (const [title, text, expected] of [
    ['unverified', rule('tls: { mode: SIMPLE }'), ['IST0128 DestinationRule shop/db spec.trafficPolicy.tls']],
    [
      'unverified at a port',
      rule('portLevelSettings: [{ port: { number: 443 }, tls: { mode: MUTUAL } }]'),
      ['IST0129 DestinationRule shop/db spec.trafficPolicy.portLevelSettings[0].tls'],
    ],
    ['verified', rule('tls: { mode: SIMPLE, caCertificates: /ca.pem }'), []],
    ['of the mesh', rule('tls: { mode: ISTIO_MUTUAL }'), []],
    [
      'in a secret of selected workloads',
      rule('tls: { mode: SIMPLE, credentialName: ca }', 'workloadSelector: { matchLabels: { a: b } },'),
      [],
    ],
    [
      'in a secret of nobody',
      rule('tls: { mode: SIMPLE, credentialName: ca }'),
      ['IST0128 DestinationRule shop/db spec.trafficPolicy.tls'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(destinationRuleCertificates, text), expected));
  }
});
