import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { schema } from './schema.ts';

const service = (http: string): string => object('VirtualService', 'shop/a', `spec: { hosts: [a], http: ${http} }`);
const ROUTE = 'route: [{ destination: { host: a } }]';

describe('what reading finds', () => {
  for (const [title, text, expected] of [
    ['nothing', service(`[{ ${ROUTE} }]`), []],
    ['a wrong field', service(`[{ ${ROUTE}, timeuot: 1s }]`), ['IST0106 VirtualService shop/a spec.http[0].timeuot']],
    [
      'a rule that is never used',
      service(`[{ ${ROUTE} }, { ${ROUTE} }]`),
      ['IST0130 VirtualService shop/a spec.http[1]'],
    ],
    [
      'a match that is never used',
      service(`[{ match: [{ uri: { prefix: /a } }], ${ROUTE} }, { match: [{ uri: { prefix: /ab } }], ${ROUTE} }]`),
      ['IST0131 VirtualService shop/a spec.http[1].match[0]'],
    ],
    [
      'a warning',
      object(
        'DestinationRule',
        'shop/a',
        'spec: { host: a, trafficPolicy: { outlierDetection: { consecutiveErrors: 3 } } }',
      ),
      ['IST0133 DestinationRule shop/a spec.trafficPolicy.outlierDetection.consecutiveErrors'],
    ],
    ['a file that is no YAML', 'a: [', ['IST0106 File mesh.yaml']],
    ['a kind of others', object('Ingress', 'shop/a'), []],
  ] as const) {
    test(title, () => assert.deepEqual(found(schema, text), expected));
  }
});
