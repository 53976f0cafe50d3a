import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { telemetrySelectors } from './telemetry-selectors.ts';

const POD = object('Pod', 'shop/p', 'spec: {}', { labels: { app: 'a' } });
const telemetry = (name: string, app = 'a'): string =>
  object('Telemetry', name, `spec: { selector: { matchLabels: { app: ${app} } } }`);

describe('selectors of Telemetries', () => {
  test('find a workload, or none', () => {
    assert.deepEqual(found(telemetrySelectors, POD + telemetry('shop/t')), []);
    assert.deepEqual(found(telemetrySelectors, POD + telemetry('shop/t', 'b')), [
      'IST0101 Telemetry shop/t spec.selector.matchLabels.app',
    ]);
  });
  test('contend for a workload', () => {
    assert.deepEqual(found(telemetrySelectors, POD + telemetry('shop/t') + telemetry('shop/u')), [
      'IST0159 Telemetry shop/t metadata.name',
      'IST0159 Telemetry shop/u metadata.name',
    ]);
  });
});
