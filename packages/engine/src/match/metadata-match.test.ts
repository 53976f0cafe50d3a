import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { MetadataMatcherSchema } from '@weft/xds/gen/envoy/type/matcher/v3/metadata_pb';
import type { ValueMatcherSchema } from '@weft/xds/gen/envoy/type/matcher/v3/value_pb';
import { Issues } from '../decode/issues.ts';
import { compileMetadataMatch, describeMetadata, matchesMetadata } from './metadata-match.ts';

type Value = MessageInitShape<typeof ValueMatcherSchema>;

function matches(value: Value, actual: unknown, invert = false): boolean {
  const issues = new Issues('test');
  const message = create(MetadataMatcherSchema, {
    filter: 'jwt',
    path: [{ segment: { case: 'key', value: 'payload' } }, { segment: { case: 'key', value: 'group' } }],
    value,
    invert,
  });
  const match = compileMetadataMatch(message, 'm', issues);
  assert.deepEqual(issues.list, []);
  return matchesMetadata(match, actual === undefined ? undefined : { jwt: { payload: { group: actual } } });
}

const text: Value = {
  matchPattern: { case: 'stringMatch', value: { matchPattern: { case: 'exact', value: 'admin' } } },
};
const oneOf: Value = { matchPattern: { case: 'listMatch', value: { matchPattern: { case: 'oneOf', value: text } } } };

test('a text, a list with it, or either', () => {
  assert.equal(matches(text, 'admin'), true);
  assert.equal(matches(text, ['admin']), false);
  assert.equal(matches(oneOf, ['dev', 'admin']), true);
  assert.equal(matches(oneOf, 'admin'), false);
  const either: Value = { matchPattern: { case: 'orMatch', value: { valueMatchers: [oneOf, text] } } };
  assert.equal(matches(either, ['admin']), true);
  assert.equal(matches(either, 'admin'), true);
  assert.equal(matches(either, 'dev'), false);
});

test('a path that leads nowhere matches nothing, and its inversion everything', () => {
  assert.equal(matches(text, undefined), false);
  assert.equal(matches(text, undefined, true), true);
  assert.equal(matches(text, 'admin', true), false);
});

test('numbers, truth, presence and null', () => {
  const range: Value = {
    matchPattern: { case: 'doubleMatch', value: { matchPattern: { case: 'range', value: { start: 1, end: 3 } } } },
  };
  assert.deepEqual(
    [0.9, 1, 2.9, 3].map((n) => matches(range, n)),
    [false, true, true, false],
  );
  const exact: Value = { matchPattern: { case: 'doubleMatch', value: { matchPattern: { case: 'exact', value: 7 } } } };
  assert.deepEqual(
    [7, 8, '7'].map((n) => matches(exact, n)),
    [true, false, false],
  );
  assert.equal(matches({ matchPattern: { case: 'boolMatch', value: true } }, true), true);
  assert.equal(matches({ matchPattern: { case: 'presentMatch', value: true } }, 'x'), true);
  assert.equal(matches({ matchPattern: { case: 'presentMatch', value: false } }, undefined), true);
  assert.equal(matches({ matchPattern: { case: 'nullMatch', value: {} } }, null), true);
});

test('a match without a value or a path is refused, and one can be read', () => {
  const issues = new Issues('test');
  compileMetadataMatch(create(MetadataMatcherSchema, { filter: 'jwt' }), 'm', issues);
  assert.deepEqual(
    issues.list.map(({ at }) => at),
    ['m.path', 'm.value'],
  );
  const message = create(MetadataMatcherSchema, {
    filter: 'jwt',
    path: [{ segment: { case: 'key', value: 'iss' } }],
    value: oneOf,
  });
  assert.equal(describeMetadata(compileMetadataMatch(message, 'm', issues)), 'metadata jwt/iss is a list with "admin"');
});
