import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBlock } from './cidr.ts';

const CASES: readonly (readonly [string, string])[] = [
  ['10.1.2.3', '10.1.2.3/32'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['10.1.255.3/20', '10.1.240.0/20'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::1', '0:0:0:0:0:0:0:1/128'],
  ['2001:db8::/32', '2001:db8:0:0:0:0:0:0/32'],
  ['1234:1f1:123:123:f816:3eff:feb8:2287/20', '1234:0:0:0:0:0:0:0/20'],
];

for (const [text, expected] of CASES) {
  test(`${text} is ${expected}`, () => assert.equal(canonicalBlock(text), expected));
}
