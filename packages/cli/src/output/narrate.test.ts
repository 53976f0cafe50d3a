import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlPlaneEvent } from '@weft/control-plane';
import { tell } from './narrate.ts';

const plain = { colour: false };
const key = { group: 'networking.istio.io', kind: 'VirtualService', namespace: 'default', name: 'orders' };

function told(event: ControlPlaneEvent): string {
  return tell(event, plain, '/home/me') ?? '';
}

test('a change is named, and so is when it is live everywhere', () => {
  const pushed = told({ type: 'pushed', revision: 2, changes: [{ key, change: 'modified' }], proxies: 6, issues: [] });
  assert.equal(pushed, '→ VirtualService default/orders modified; sent to 6 proxies\n');
  const live = told({ type: 'live', revision: 2, proxies: 6, rejected: [], afterMs: 156.4 });
  assert.equal(live, '✓ live on every proxy (6 of 6) after 156ms\n');
});

test('of many changes some are named and the rest counted', () => {
  const changes = Array.from({ length: 6 }, () => ({ key, change: 'added' as const }));
  assert.match(
    told({ type: 'pushed', revision: 2, changes, proxies: 1, issues: [] }),
    /and 2 more; sent to 1 proxy\n$/,
  );
});

test('a broken file is told with its issues, and when it is fine again', () => {
  const issue = {
    severity: 'error',
    code: 'x',
    at: 'spec',
    message: 'it is wrong',
    position: { file: 'a.yaml', line: 3 },
  } as const;
  const broken = told({ type: 'files', path: '/home/me/shop/a.yaml', issues: [issue] });
  assert.match(
    broken,
    /^✗ shop\/a\.yaml cannot be used; what ran before goes on running\na\.yaml:3: error: spec: it is wrong/,
  );
  assert.equal(told({ type: 'files', path: '/home/me/shop/a.yaml', issues: [] }), '✓ shop/a.yaml is fine again\n');
});
