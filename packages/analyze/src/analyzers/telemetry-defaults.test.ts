import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { telemetryDefaults } from './telemetry-defaults.ts';

describe('Telemetries without selector', () => {
  test('are one for each namespace', () => {
    assert.deepEqual(found(telemetryDefaults, object('Telemetry', 'shop/t') + object('Telemetry', 'away/t')), []);
  });
  test('contend in one namespace', () => {
    assert.deepEqual(found(telemetryDefaults, object('Telemetry', 'shop/t') + object('Telemetry', 'shop/u')), [
      'IST0160 Telemetry shop/t metadata.name',
      'IST0160 Telemetry shop/u metadata.name',
    ]);
  });
});
