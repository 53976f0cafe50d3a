import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { telemetryProviders } from './telemetry-providers.ts';

const telemetry = (logging: string): string => object('Telemetry', 'shop/t', `spec: { accessLogging: [${logging}] }`);
const SILENT = ['IST0157 Telemetry shop/t spec.accessLogging[0]'];

describe('providers of access logs', () => {
  test('none', () => assert.deepEqual(found(telemetryProviders, telemetry('{ disabled: false }')), SILENT));
  test('named', () => assert.deepEqual(found(telemetryProviders, telemetry('{ providers: [{ name: otel }] }')), []));
  test('not needed', () => assert.deepEqual(found(telemetryProviders, telemetry('{ disabled: true }')), []));
  test('of the mesh', () => {
    const meshConfig = { defaultProviders: { accessLogging: ['otel'] } };
    assert.deepEqual(found(telemetryProviders, telemetry('{ disabled: false }'), { meshConfig }), []);
  });
});
