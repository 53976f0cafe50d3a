import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { lightstep } from './lightstep.ts';

const TELEMETRY = object('Telemetry', 'shop/t', 'spec: { tracing: [{ providers: [{ name: traces }] }] }');

describe('Lightstep', () => {
  test('is deprecated', () => {
    const meshConfig = { extensionProviders: [{ name: 'traces', lightstep: { service: 'a', port: 1 } }] };
    assert.deepEqual(found(lightstep, TELEMETRY, { meshConfig }), [
      'IST0002 Telemetry shop/t spec.tracing[0].providers[0]',
    ]);
  });
  test('others are not', () => {
    const meshConfig = { extensionProviders: [{ name: 'traces', zipkin: { service: 'a', port: 1 } }] };
    assert.deepEqual(found(lightstep, TELEMETRY, { meshConfig }), []);
  });
});
