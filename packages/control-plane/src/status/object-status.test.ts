import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issue } from '@weft/base';
import type { StoredObject } from '../store/object.ts';
import { statusOf, withFoundStatus, withoutFoundStatus } from './object-status.ts';

const OBJECT: StoredObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'orders', namespace: 'shop' },
  spec: { hosts: ['orders'] },
};
const issue = (severity: Issue['severity'], code: string): Issue => ({
  severity,
  code,
  at: 'spec.hosts',
  message: 'm',
});
const NOW = '2026-01-01T00:00:00.000Z';

test('messages have the shape of Istio, errors first', () => {
  const status = statusOf(
    { errors: [], issues: [issue('info', 'mine'), issue('error', 'IST0101')] },
    3,
    NOW,
    undefined,
  );
  assert.deepEqual(status.validationMessages, [
    {
      documentationUrl: 'https://istio.io/latest/docs/reference/config/analysis/ist0101/',
      level: 'ERROR',
      type: { code: 'IST0101' },
    },
    { level: 'INFO', type: { code: 'mine' } },
  ]);
  assert.equal(status.observedGeneration, 3);
  assert.deepEqual(
    status.conditions.map(({ type, status: is, reason }) => [type, is, reason]),
    [
      ['Accepted', 'True', undefined],
      ['PassedValidation', 'False', 'ErrorsFound'],
    ],
  );
});

test('a condition keeps the time of its last change', () => {
  const first = statusOf({ errors: [], issues: [] }, 1, NOW, undefined);
  const later = '2026-01-02T00:00:00.000Z';
  const second = statusOf({ errors: [], issues: [issue('warning', 'w')] }, 1, later, first);
  assert.deepEqual(
    second.conditions.map(({ lastTransitionTime }) => lastTransitionTime),
    [NOW, later],
  );
});

test('what was found is shown beside what others wrote, and taken out again', () => {
  const found = statusOf({ errors: [issue('error', 'invalid-value')], issues: [] }, 1, NOW, undefined);
  const healthy = { type: 'Healthy', status: 'True' };
  for (const object of [OBJECT, { ...OBJECT, status: { conditions: [healthy], note: 'kept' } }]) {
    const shown = withFoundStatus(object, found);
    assert.deepEqual(withoutFoundStatus(shown), object);
  }
  const own = { ...OBJECT, status: { observedGeneration: 7, conditions: [healthy] } };
  assert.equal(withoutFoundStatus(own), own, 'a status of others is left alone');
});
