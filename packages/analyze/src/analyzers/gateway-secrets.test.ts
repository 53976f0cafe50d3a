import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { gatewaySecrets } from './gateway-secrets.ts';

/** A certificate for a.b, base64 of PEM. Nobody needs its key any more. */
const CERTIFICATE =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJjVENDQVJlZ0F3SUJBZ0lVWnVPSGo2cmhVOFdiZm9JaHRRSDVRSUdHRXo4' +
  'd0NnWUlLb1pJemowRUF3SXcKRGpFTU1Bb0dBMVVFQXd3RFlTNWlNQjRYRFRJMk1URXlNVEF5TXpFME9Wb1hEVE0yTVRFeE9EQXlN' +
  'ekUwT1ZvdwpEakVNTUFvR0ExVUVBd3dEWVM1aU1Ga3dFd1lIS29aSXpqMENBUVlJS29aSXpqMERBUWNEUWdBRTJKa3hvbUZjCjhi' +
  'dVlRVzJDaE92SmxUaDc5cWJXWHJpRkRLc2VIVFY0NUtLZXk1dm5RQnR5NVcxRGRWaWUwb3o2bHg3RnNVSW4KbWdQcGhUSHRLL0lE' +
  'cWFOVE1GRXdIUVlEVlIwT0JCWUVGTmZiZk81RXp5c3VGMUpkV1hhc1FGc3E5M2hFTUI4RwpBMVVkSXdRWU1CYUFGTmZiZk81RXp5' +
  'c3VGMUpkV1hhc1FGc3E5M2hFTUE4R0ExVWRFd0VCL3dRRk1BTUJBZjh3CkNnWUlLb1pJemowRUF3SURTQUF3UlFJZ1F5cnhFMHFU' +
  'MkllbmdhMkZSdzZKK21sYzN5b294UGxmcHNhdDk1cW4KdkY0Q0lRQ1dhMjhMVWZTNEpRSFdDazRTK01IQnlDTnVZS0tCajJ5bytn' +
  'NHJTNEk4b3c9PQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==';
/** Within the certificate's dates. */
const VALID = { nowMs: Date.parse('2026-12-01') };
const KEY = Buffer.from('key').toString('base64');
const POD = object('Pod', 'edge/p', 'spec: {}', { labels: { app: 'gw' } });
const GATEWAY = object(
  'Gateway',
  'shop/g',
  'spec: { selector: { app: gw }, servers: [{ port: { number: 443, name: p, protocol: HTTPS }, hosts: [a.b], tls: { mode: SIMPLE, credentialName: c } }] }',
);
const AT = 'Gateway shop/g spec.servers[0].tls.credentialName';
const secret = (name: string, data: string): string => object('Secret', name, `data: ${data}`);
const GOOD = `{ tls.crt: ${CERTIFICATE}, tls.key: ${KEY} }`;

describe('secrets of gateways', () => {
  test('where the pods run', () =>
    assert.deepEqual(found(gatewaySecrets, POD + GATEWAY + secret('edge/c', GOOD), VALID), []));
  test('where the Gateway is', () => {
    assert.deepEqual(found(gatewaySecrets, POD + GATEWAY + secret('shop/c', GOOD), VALID), [`IST0101 ${AT}`]);
  });
  test('of a gateway without pods', () => {
    assert.deepEqual(found(gatewaySecrets, GATEWAY), ['IST0101 Gateway shop/g spec.selector.app']);
  });
  for (const [title, data, given] of [
    ['without a key', `{ tls.crt: ${CERTIFICATE} }`, VALID],
    ['with something else', `{ cert: ${KEY}, key: ${KEY} }`, VALID],
    ['expired', GOOD, { nowMs: Date.parse('2100-01-01') }],
    ['of tomorrow', GOOD, { nowMs: Date.parse('2000-01-01') }],
  ] as const) {
    test(title, () => {
      assert.deepEqual(found(gatewaySecrets, POD + GATEWAY + secret('edge/c', data), given), [`IST0161 ${AT}`]);
    });
  }
});
