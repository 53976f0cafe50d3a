import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { compileCel } from './compile.ts';
import { celOf } from './value.ts';

const PIECES = [
  'a',
  'a.b',
  '"s"',
  "'",
  '1',
  '-',
  '!',
  '(',
  ')',
  '[',
  ']',
  '.',
  ',',
  '?',
  ':',
  '&&',
  '||',
  '==',
  '<',
  'in',
  '+',
  '/',
  '%',
  'has(',
  'size(',
  '.matches("',
  '*")',
  '\\',
  ' ',
  '\u0000',
  '0x',
  'null',
];

test('no text throws, neither when it is compiled nor when it is evaluated', () => {
  const random = seededRandom(3);
  const root = celOf({ a: { b: [1, 'x', null, { c: true }] } });
  assert.ok(typeof root === 'object' && root !== null && 'kind' in root && root.kind === 'map');
  let compiled = 0;
  for (let i = 0; i < 20_000; i++) {
    let text = '';
    for (let j = random.below(9); j >= 0; j--) text += PIECES[random.below(PIECES.length)];
    const condition = compileCel(text, { a: undefined });
    if (typeof condition !== 'function') assert.match(condition.problem, /\(at offset \d+\)$/);
    else {
      compiled++;
      assert.equal(typeof condition(root), 'boolean');
    }
  }
  assert.ok(compiled > 100, String(compiled));
});
