import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { deprecatedFields } from './deprecated-fields.ts';

describe('deprecated fields', () => {
  for (const [title, text, expected] of [
    [
      'delay in whole percent',
      object('VirtualService', 'shop/a', 'spec: { hosts: [a], http: [{ fault: { delay: { percent: 5 } } }] }'),
      ['IST0002 VirtualService shop/a spec.http[0].fault.delay.percent'],
    ],
    [
      'egress proxy',
      object('Sidecar', 'shop/a', 'spec: { outboundTrafficPolicy: { egressProxy: { host: a } } }'),
      ['IST0002 Sidecar shop/a spec.outboundTrafficPolicy.egressProxy'],
    ],
    [
      'a removed kind',
      object('CustomResourceDefinition', 'x', 'spec: { group: rbac.istio.io, names: { kind: ServiceRole } }'),
      ['IST0002 CustomResourceDefinition x spec.names.kind'],
    ],
    [
      'a kind of today',
      object('CustomResourceDefinition', 'x', 'spec: { group: security.istio.io, names: { kind: ServiceRole } }'),
      [],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(deprecatedFields, text), expected));
  }
});
