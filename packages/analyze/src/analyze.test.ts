import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadText } from '@weft/config';
import { analyze } from './analyze.ts';
import { ANALYZERS } from './analyzers/all.ts';
import { defaultGateway } from './default-gateway.ts';
import { MESSAGES } from './messages.ts';
import { parseSuppression, withoutSuppressed } from './suppress.ts';

const ROUTES = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: orders
  namespace: shop
  annotations: {}
spec:
  hosts: [orders]
  http:
    - route:
        - destination:
            host: orderz
`;

function analyzeText(text: string): ReturnType<typeof analyze> {
  const { resources, issues } = loadText(text, 'mesh/orders.yaml', { keepInvalid: true });
  return analyze({ resources: [...defaultGateway(), ...resources], issues, nowMs: 0 });
}

describe('analysis', () => {
  test('says what, about which object, in which file and line', () => {
    assert.deepEqual(analyzeText(ROUTES), [
      {
        severity: 'error',
        code: 'IST0101',
        at: 'spec.http[0].route[0].destination.host',
        message: 'there is no host "orderz"',
        resource: 'VirtualService shop/orders',
        position: { file: 'mesh/orders.yaml', line: 12, column: 13 },
      },
    ]);
  });

  test('is silenced for an object by its annotation', () => {
    const written = (codes: string): string => ROUTES.replace('{}', `{ galley.istio.io/analyze-suppress: '${codes}' }`);
    assert.deepEqual(analyzeText(written('IST0102, IST0101')), []);
    assert.deepEqual(analyzeText(written('*')), []);
    assert.equal(analyzeText(written('IST0102')).length, 1);
  });

  test('finds nothing in the gateway that is assumed', () => {
    assert.deepEqual(analyze({ resources: defaultGateway(), nowMs: 0 }), []);
  });
});

describe('suppressions', () => {
  const issues = analyzeText(ROUTES);
  for (const [text, left] of [
    ['IST0101=VirtualService shop/orders', 0],
    ['ist0101=VirtualService shop/*', 0],
    ['IST0101=*', 0],
    ['IST0101=VirtualService shop/order', 1],
    ['IST0102=*', 1],
  ] as const) {
    test(text, () => {
      const parsed = parseSuppression(text);
      assert.ok(parsed);
      assert.equal(withoutSuppressed(issues, [parsed]).length, left);
    });
  }
  test('of nothing', () => assert.equal(parseSuppression('VirtualService shop/orders'), undefined));
});

describe('the table of messages', () => {
  test('has every code of Istio once', () => {
    const rows = Object.values(MESSAGES);
    assert.equal(rows.length, 68);
    assert.equal(new Set(rows.map(({ name }) => name)).size, 68);
  });
  test('has a code for whatever an analyzer can say', () => {
    for (const { name, codes } of ANALYZERS) assert.ok(codes.length > 0, name);
    assert.equal(new Set(ANALYZERS.map(({ name }) => name)).size, ANALYZERS.length);
  });
});
