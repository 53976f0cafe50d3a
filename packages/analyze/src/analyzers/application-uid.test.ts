import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { applicationUid } from './application-uid.ts';

describe('the user of an application', () => {
  for (const [title, text, expected] of [
    [
      'of the pod',
      object('Pod', 'shop/a', 'spec: { securityContext: { runAsUser: 1337 } }'),
      ['IST0144 Pod shop/a spec'],
    ],
    [
      'of a container of a deployment',
      object(
        'Deployment',
        'shop/a',
        'spec: { template: { spec: { containers: [{ name: a, securityContext: { runAsUser: 1337 } }] } } }',
      ),
      ['IST0144 Deployment shop/a spec.template.spec'],
    ],
    [
      'the sidecar itself',
      object('Pod', 'shop/a', 'spec: { containers: [{ name: istio-proxy, securityContext: { runAsUser: 1337 } }] }'),
      [],
    ],
    ['another', object('Pod', 'shop/a', 'spec: { securityContext: { runAsUser: 1000 } }'), []],
  ] as const) {
    test(title, () => assert.deepEqual(found(applicationUid, text), expected));
  }
});
