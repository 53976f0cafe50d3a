import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2 } from './murmur2.ts';
import { hashText, modulo } from './xxhash64.ts';

function whole(hash: { readonly hi: number; readonly lo: number }): bigint {
  return (BigInt(hash.hi) << 32n) | BigInt(hash.lo);
}

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const u64 = (n: bigint): bigint => BigInt.asUintN(64, n);
const rotl = (n: bigint, by: bigint): bigint => u64((n << by) | (n >> (64n - by)));
const turn = (acc: bigint, input: bigint): bigint => u64(rotl(u64(acc + input * P2), 31n) * P1);

/** The xxHash specification's XXH64, step by step with BigInt: the oracle for the halved arithmetic. */
function specified(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer);
  let at = 0;
  let acc = u64(seed + P5);
  if (bytes.length >= 32) {
    const lanes = [u64(seed + P1 + P2), u64(seed + P2), seed, u64(seed - P1)];
    for (; at + 32 <= bytes.length; at += 32) {
      for (let i = 0; i < 4; i++) lanes[i] = turn(lanes[i]!, view.getBigUint64(at + i * 8, true));
    }
    acc = u64([1n, 7n, 12n, 18n].reduce((sum, by, i) => sum + rotl(lanes[i]!, by), 0n));
    for (const lane of lanes) acc = u64((acc ^ turn(0n, lane)) * P1 + P4);
  }
  acc = u64(acc + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) acc = u64(rotl(acc ^ turn(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  if (at + 4 <= bytes.length) {
    acc = u64(rotl(acc ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.length; at++) acc = u64(rotl(acc ^ u64(BigInt(bytes[at]!) * P5), 11n) * P1);
  acc = u64((acc ^ (acc >> 33n)) * P2);
  acc = u64((acc ^ (acc >> 29n)) * P3);
  return acc ^ (acc >> 32n);
}

test('xxHash64 and murmur2 agree with the values that Envoy pins (test/common/common/hash_test.cc)', () => {
  const rows: readonly (readonly [text: string, xx: bigint, murmur: bigint])[] = [
    ['foo', 3728699739546630719n, 9631199822919835226n],
    ['bar', 5234164152756840025n, 11474628671133349555n],
    ['foo\nbar', 8917841378505826757n, 16306510975912980159n],
    ['lyft', 4400747396090729504n, 12847078931730529320n],
    ['', 17241709254077376921n, 6142509188972423790n],
  ];
  for (const [text, xx, murmur] of rows) {
    assert.equal(whole(hashText(text, 0, { hi: 0, lo: 0 })), xx, `xxHash64(${text})`);
    assert.equal(whole(murmur2(text, 0, { hi: 0, lo: 0 })), murmur, `murmur2(${text})`);
  }
});

test('xxHash64 follows the specification at every length up to 100 bytes, with and without a seed', () => {
  for (let length = 0; length <= 100; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 131 + length * 17 + 200) & 255);
    const text = String.fromCharCode(...bytes);
    for (const seed of [0, 1, 0x7fffffff]) {
      assert.equal(
        whole(hashText(text, seed, { hi: 0, lo: 0 })),
        specified(bytes, BigInt(seed)),
        `${length} bytes, seed ${seed}`,
      );
    }
  }
});

test('a text beyond one byte a character is hashed as UTF-8', () => {
  const bytes = new TextEncoder().encode('żółw €');
  assert.equal(whole(hashText('żółw €', 0, { hi: 0, lo: 0 })), specified(bytes, 0n));
});

test('modulo of two halves is exact', () => {
  for (const [hash, divisor] of [
    [0xffff_ffff_ffff_ffffn, 65_537],
    [0x1234_5678_9abc_def0n, 5_000_011],
    [17241709254077376921n, 100],
  ] as const) {
    const got = modulo(Number(hash >> 32n), Number(hash & 0xffff_ffffn), divisor);
    assert.equal(BigInt(got), hash % BigInt(divisor));
  }
});
