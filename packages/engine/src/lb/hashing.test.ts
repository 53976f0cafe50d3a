import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import type { EndpointSpec } from '../endpoint/endpoint-set.ts';
import { hashRequest } from './hash-request.ts';
import { maglev } from './maglev.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';
import { pickContext } from './picker.ts';
import { ringHash } from './ring-hash.ts';
import { hosts, locality, spec } from './test-hosts.ts';

function input(specs: readonly EndpointSpec[]): PolicyInput {
  return { endpoints: hosts([locality(specs)]).endpoints, random: seededRandom(1), nowMs: () => 0 };
}

function portOf(picker: PolicyPicker, hash: bigint, attempt = 0): number | undefined {
  const address = picker.pick(Number(hash >> 32n), Number(hash & 0xffff_ffffn), attempt)?.address;
  return address?.kind === 'ip' ? address.port : undefined;
}

const NINETIES = [90, 91, 92, 93, 94, 95];
const MAX = 0xffff_ffff_ffff_ffffn;

test("a Maglev table of 7 is Envoy's (maglev_lb_test.cc, Basic and BasicWithHostName)", () => {
  const byAddress = maglev(input(NINETIES.map((port) => spec(port))), 7, false);
  assert.deepEqual(
    [0n, 1n, 2n, 3n, 4n, 5n, 6n].map((hash) => portOf(byAddress, hash)),
    [92, 94, 90, 91, 95, 90, 93],
  );
  const byName = maglev(input(NINETIES.map((port) => spec(port, { hostname: String(port) }))), 7, true);
  assert.deepEqual(
    [0n, 1n, 2n, 3n, 4n, 5n, 6n].map((hash) => portOf(byName, hash)),
    [92, 95, 90, 93, 94, 91, 90],
  );
});

test('metadata envoy.lb hash_key comes before hostname and address (BasicWithMetadataHashKey)', () => {
  const keyed = NINETIES.map((port) => spec(port, { metadata: { 'envoy.lb': { hash_key: String(port) } } }));
  const picker = maglev(input(keyed), 7, true);
  assert.deepEqual(
    [0n, 1n, 2n, 3n, 4n, 5n, 6n].map((hash) => portOf(picker, hash)),
    [92, 95, 90, 93, 94, 91, 90],
  );
});

test("a ring of 12 is Envoy's (ring_hash_lb_test.cc, Basic)", () => {
  const ring = ringHash(input(NINETIES.map((port) => spec(port))), 12, 8_388_608, 'xx', false);
  const rows: readonly (readonly [bigint, number])[] = [
    [0n, 94],
    [MAX, 94],
    [833437586790550860n, 94],
    [833437586790550861n, 92],
    [3551244743356806947n, 95],
    [3551244743356806948n, 93],
    [16117243373044804880n, 90],
  ];
  for (const [hash, port] of rows) assert.equal(portOf(ring, hash), port, String(hash));
});

test("a ring of murmur2 is Envoy's (BasicWithMurmur2)", () => {
  const eighties = [80, 81, 82, 83, 84, 85].map((port) => spec(port));
  const ring = ringHash(input(eighties), 12, 8_388_608, 'murmur2', false);
  for (const [hash, port] of [
    [0n, 85],
    [MAX, 85],
    [1358027074129602068n, 85],
    [1358027074129602069n, 83],
    [10150910876324007730n, 82],
  ] as const) {
    assert.equal(portOf(ring, hash), port, String(hash));
  }
});

test('a ring by hostname (BasicWithDoundedLoad lists it)', () => {
  const ring = ringHash(
    input(NINETIES.map((port) => spec(port, { hostname: String(port) }))),
    12,
    8_388_608,
    'xx',
    true,
  );
  for (const [hash, port] of [
    [0n, 95],
    [7225015537174310577n, 92],
    [6803900775736438537n, 93],
  ] as const) {
    assert.equal(portOf(ring, hash), port, String(hash));
  }
});

test('a further look takes the next place on the ring, and another place of the Maglev table', () => {
  const ring = ringHash(input(NINETIES.map((port) => spec(port))), 12, 8_388_608, 'xx', false);
  assert.deepEqual(
    [0, 1, 2, 3].map((attempt) => portOf(ring, 0n, attempt)),
    [94, 92, 90, 95],
  );
  const table = maglev(input(NINETIES.map((port) => spec(port))), 7, false);
  const mixed = (0n ^ (MAX - 1n + 1n)) % 7n;
  assert.equal(portOf(table, 0n, 1), portOf(table, mixed));
});

test('hash policies: the values of a header, a cookie, a query parameter and the source address (RouteAction.HashPolicy)', () => {
  const head = {
    method: 'GET',
    path: '/?user=foo',
    authority: 'a',
    scheme: 'http',
    headers: ['x-user', 'foo', 'cookie', 'other=1; session="foo"'],
  };
  const foo = 3728699739546630719n;
  const hashOf = (...policies: Parameters<typeof hashRequest>[0]): bigint | undefined => {
    const out = pickContext();
    hashRequest(policies, head, 'bar', seededRandom(1), out);
    return out.hashed ? (BigInt(out.hashHi) << 32n) | BigInt(out.hashLo) : undefined;
  };
  const header = { kind: 'header', name: 'x-user', rewrite: undefined, terminal: false } as const;
  assert.equal(hashOf(header), foo);
  assert.equal(hashOf({ kind: 'query', name: 'user', terminal: false }), foo);
  const cookie = {
    kind: 'cookie',
    name: 'session',
    ttlMs: undefined,
    path: '',
    attributes: [],
    terminal: false,
  } as const;
  assert.equal(hashOf(cookie), foo);
  const bar = 5234164152756840025n;
  assert.equal(hashOf({ kind: 'source-ip', terminal: false }), bar);
  assert.equal(
    hashOf(header, { kind: 'source-ip', terminal: false }),
    BigInt.asUintN(64, (foo << 1n) | (foo >> 63n)) ^ bar,
  );
  assert.equal(hashOf({ ...header, terminal: true }, { kind: 'source-ip', terminal: false }), foo);
  assert.equal(hashOf({ ...header, name: 'absent' }), undefined);
  assert.equal(hashOf({ ...cookie, name: 'absent' }), undefined, 'a cookie without a TTL is only read');
});

test('a cookie policy with a TTL makes the cookie that the next request brings back', () => {
  const policy = {
    kind: 'cookie',
    name: 'stick',
    ttlMs: 60_000,
    path: '/',
    attributes: [['SameSite', 'Lax']],
    terminal: false,
  } as const;
  const first = { method: 'GET', path: '/', authority: 'a', scheme: 'http', headers: [] as string[] };
  const out = pickContext();
  const cookie = hashRequest([policy], first, '', seededRandom(5), out);
  assert.match(cookie?.setCookie ?? '', /^stick="[0-9a-f]{16}"; Max-Age=60; Path=\/; SameSite=Lax; HttpOnly$/);
  const again = pickContext();
  const second = hashRequest(
    [policy],
    { ...first, headers: ['cookie', `stick="${cookie?.value}"`] },
    '',
    seededRandom(6),
    again,
  );
  assert.equal(second, undefined);
  assert.deepEqual([again.hashHi, again.hashLo], [out.hashHi, out.hashLo]);
});
