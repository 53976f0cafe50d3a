import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../json.ts';
import { specIssues } from '../../test-support/spec-issues.ts';

const AT = 'metadata.annotations.weft.dev/load-balancer';

function issues(value: string, loadBalancer?: JsonObject): readonly string[] {
  const spec = { host: 'a.b', ...(loadBalancer && { trafficPolicy: { loadBalancer } }) };
  return specIssues('DestinationRule', spec, { annotations: { 'weft.dev/load-balancer': value } });
}

test('balancing by latency is asked for by annotation', () => {
  assert.deepEqual(issues('peak-ewma'), []);
  assert.deepEqual(issues('fastest'), [`error ${AT} unknown-value`]);
});

test('what has no effect beside it, or it beside that, is said', () => {
  assert.deepEqual(issues('peak-ewma', { simple: 'RANDOM' }), [`warning ${AT} no-effect`]);
  assert.deepEqual(issues('peak-ewma', { consistentHash: { httpHeaderName: 'x' } }), [`warning ${AT} no-effect`]);
  assert.deepEqual(issues('peak-ewma', { warmup: { duration: '10s' } }), [`warning ${AT} no-effect`]);
  const elsewhere = specIssues(
    'Service',
    { ports: [{ port: 80 }] },
    { annotations: { 'weft.dev/load-balancer': 'x' } },
  );
  assert.deepEqual(elsewhere, [`warning ${AT} no-effect`]);
});
