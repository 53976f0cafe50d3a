import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from './failure.ts';
import { parseHeaders, parseHostPort, parseLabels } from './values.ts';

const usage = (error: unknown): boolean => error instanceof Failure && error.exit === 'usage';

test('labels', () => {
  assert.deepEqual(parseLabels(['app=orders', 'example.com/tier=']), { app: 'orders', 'example.com/tier': '' });
  assert.throws(() => parseLabels(['app']), usage);
});

test('addresses', () => {
  assert.deepEqual(parseHostPort('xds', '127.0.0.1:15010'), { host: '127.0.0.1', port: 15010 });
  assert.deepEqual(parseHostPort('xds', '[::1]:1'), { host: '::1', port: 1 });
  for (const wrong of ['', 'localhost', 'a:0', 'a:70000', ':80'])
    assert.throws(() => parseHostPort('xds', wrong), usage);
});

test('headers the way curl takes them', () => {
  assert.deepEqual(parseHeaders(['Canary: true', 'x-empty:']), ['canary', 'true', 'x-empty', '']);
  assert.throws(() => parseHeaders(['no header']), usage);
});
