import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { MAX_V2_BYTES, readProxyHeader } from './proxy-header.ts';

const V1 = Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 51000 443\r\n');
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const V2 = Buffer.from([...SIGNATURE, 0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 1, 0xc7, 0x38, 1, 0xbb]);
const ADDRESSES = { source: { host: '192.0.2.7', port: 51_000 }, destination: { host: '198.51.100.1', port: 443 } };

test('reads both versions', () => {
  assert.deepEqual(readProxyHeader(V1), { version: 1, length: V1.length, addresses: ADDRESSES });
  assert.deepEqual(readProxyHeader(V2), { version: 2, length: V2.length, addresses: ADDRESSES });
});

test('reads IPv6, and skips extensions', () => {
  const v1 = readProxyHeader(Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\nGET /'));
  assert.ok(typeof v1 === 'object');
  assert.equal(v1.addresses?.source.host, '2001:db8::1');
  assert.equal(v1.length, 40);
  const address = (last: number): number[] => [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), last];
  const tlv = [0x04, 0, 1, 9];
  const body = [...address(1), ...address(2), 0, 1, 0, 2, ...tlv];
  const v2 = readProxyHeader(Buffer.from([...SIGNATURE, 0x21, 0x21, 0, body.length, ...body]));
  assert.ok(typeof v2 === 'object');
  assert.deepEqual(v2.addresses?.source, { host: '2001:db8::1', port: 1 });
  assert.equal(v2.length, 16 + body.length);
});

test("a balancer's own connections keep their addresses", () => {
  const local = readProxyHeader(Buffer.from([...SIGNATURE, 0x20, 0, 0, 0]));
  assert.deepEqual(local, { version: 2, length: 16, addresses: undefined });
  assert.deepEqual(readProxyHeader(Buffer.from('PROXY UNKNOWN\r\n')), { version: 1, length: 15, addresses: undefined });
});

test('no prefix has a verdict', () => {
  for (const header of [V1, V2]) {
    for (let length = 0; length < header.length; length++) {
      assert.equal(readProxyHeader(header.subarray(0, length)), undefined, `${length} bytes`);
    }
  }
});

test('tells what is none, and what is a broken one', () => {
  for (const text of ['GET / HTTP/1.1\r\n', '\x16\x03\x01', 'PROXIED']) {
    assert.equal(readProxyHeader(Buffer.from(text, 'latin1')), 'absent', text);
  }
  for (const text of [
    'PROXY TCP4 300.0.2.7 198.51.100.1 1 2\r\n',
    'PROXY TCP4 ::1 ::1 1 2\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 1 70000\r\n',
    `PROXY ${'x'.repeat(200)}`,
  ]) {
    assert.equal(readProxyHeader(Buffer.from(text)), 'invalid', text);
  }
  assert.equal(readProxyHeader(Buffer.from([...SIGNATURE, 0x31, 0x11, 0, 0])), 'invalid', 'version 3');
  assert.equal(readProxyHeader(Buffer.from([...SIGNATURE, 0x21, 0x11, 0, 4, 1, 2, 3, 4])), 'invalid', 'too short');
  assert.equal(readProxyHeader(Buffer.from([...SIGNATURE, 0x21, 0x11, MAX_V2_BYTES >> 8, 0])), 'invalid', 'too long');
});

test('fuzz: a mutated header neither throws nor claims bytes that are not there', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(random.below(2) === 0 ? V1 : V2);
    for (let n = random.below(4); n >= 0; n--) bytes[random.below(bytes.length)] = random.below(256);
    const verdict = readProxyHeader(bytes);
    if (typeof verdict === 'object') assert.ok(verdict.length <= bytes.length);
  }
});
