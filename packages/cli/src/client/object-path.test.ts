import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../command/failure.ts';
import { objectPath, parseObjectWords } from './object-path.ts';

test('a kind answers to its kind, plural and short names, with or without a slash', () => {
  for (const words of [['vs', 'orders'], ['virtualservices', 'orders'], ['VirtualService/orders']]) {
    const { kind, names } = parseObjectWords(words);
    assert.equal(kind.kind, 'VirtualService');
    assert.deepEqual(names, ['orders']);
  }
});

test('gateway means the Gateway of Istio', () => {
  assert.equal(parseObjectWords(['gateway']).kind.group, 'networking.istio.io');
});

test('an unknown kind is answered with the nearest', () => {
  assert.throws(
    () => parseObjectWords(['virtualservce']),
    (error) =>
      error instanceof Failure && error.exit === 'usage' && /did you mean virtualservice/.test(error.hint ?? ''),
  );
});

test('paths are those of the Kubernetes API', () => {
  const { kind } = parseObjectWords(['svc']);
  assert.equal(objectPath(kind, undefined), '/api/v1/services');
  assert.equal(objectPath(kind, undefined, 'orders'), '/api/v1/namespaces/default/services/orders');
  assert.equal(
    objectPath(parseObjectWords(['vs']).kind, 'shop', 'a'),
    '/apis/networking.istio.io/v1/namespaces/shop/virtualservices/a',
  );
});
