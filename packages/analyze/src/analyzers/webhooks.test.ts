import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { webhooks } from './webhooks.ts';

const webhook = (name: string, revision: string, service = 'istiod'): string =>
  object(
    'MutatingWebhookConfiguration',
    name,
    `webhooks: [{ name: rev.sidecar-injector.istio.io, clientConfig: { service: { namespace: istio-system, name: ${service} } }, namespaceSelector: { matchExpressions: [{ key: istio.io/rev, operator: In, values: [${revision}] }] } }]`,
  );
const ISTIOD = object('Service', 'istio-system/istiod', 'spec: { ports: [{ port: 443 }] }');

describe('injectors', () => {
  for (const [title, text, expected] of [
    ['of different revisions', webhook('a', 'one') + webhook('b', 'two'), []],
    [
      'of the same revision',
      webhook('a', 'one') + webhook('b', 'one'),
      ['IST0139 MutatingWebhookConfiguration a webhooks[0]', 'IST0139 MutatingWebhookConfiguration b webhooks[0]'],
    ],
    [
      'of nobody',
      webhook('a', 'one', 'gone'),
      ['IST0139 MutatingWebhookConfiguration a webhooks[0].clientConfig.service'],
    ],
    [
      'of others',
      object('MutatingWebhookConfiguration', 'a', 'webhooks: [{ name: x, clientConfig: { service: { name: y } } }]'),
      [],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(webhooks, ISTIOD + text), expected));
  }
});
