import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { newRequestId } from './request-id.ts';

test('request ids are version 4 UUIDs, and differ', () => {
  const random = seededRandom(3);
  const ids = Array.from({ length: 500 }, () => newRequestId(random));
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, ids.length);
});
