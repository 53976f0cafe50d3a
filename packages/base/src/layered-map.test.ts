import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LayeredMap } from './layered-map.ts';

const base: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['b', 2],
]);

test('a layered map reads like a map of both parts, the base first', () => {
  const map = LayeredMap.over(base, new Map([['c', 3]]));
  assert.ok(map instanceof LayeredMap);
  assert.equal(map.size, 3);
  assert.deepEqual([...map], [...base, ['c', 3]]);
  assert.deepEqual([...map.keys()], ['a', 'b', 'c']);
  assert.deepEqual([...map.values()], [1, 2, 3]);
  assert.deepEqual([map.get('a'), map.get('c'), map.get('d')], [1, 3, undefined]);
  assert.deepEqual([map.has('b'), map.has('c'), map.has('d')], [true, true, false]);
  const seen: string[] = [];
  map.forEach((value, key) => {
    seen.push(`${key}${value}`);
  });
  assert.deepEqual(seen, ['a1', 'b2', 'c3']);
});

test('nothing of its own leaves the base itself, and a key of both belongs to the upper part', () => {
  assert.equal(LayeredMap.over(base, new Map()), base);
  const map = LayeredMap.over(base, new Map([['a', 9]]));
  assert.deepEqual([map.size, map.get('a')], [2, 9]);
});
