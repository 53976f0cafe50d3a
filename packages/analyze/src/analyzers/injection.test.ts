import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { injection } from './injection.ts';

const namespace = (labels: Readonly<Record<string, string>>): string =>
  object('Namespace', 'shop', 'spec: {}', { labels });
const pod = (spec: string, labels = {}): string => object('Pod', 'shop/a', `spec: ${spec}`, { labels });
const BARE = '{ containers: [{ name: a, image: a }] }';
const INJECTED = { 'istio-injection': 'enabled' };

describe('injection', () => {
  for (const [title, text, expected] of [
    ['undecided', namespace({}), ['IST0102 Namespace shop metadata.name']],
    ['refused', namespace({ 'istio-injection': 'disabled' }) + pod(BARE), []],
    ['asked for and missing', namespace(INJECTED) + pod(BARE), ['IST0103 Pod shop/a spec.containers']],
    ['asked for and there', namespace(INJECTED) + pod('{ initContainers: [{ name: istio-proxy, image: p }] }'), []],
    ['refused by the pod', namespace(INJECTED) + pod(BARE, { 'sidecar.istio.io/inject': 'false' }), []],
    ['impossible on the network of the host', namespace(INJECTED) + pod('{ hostNetwork: true }'), []],
    [
      'asked for twice',
      namespace({ ...INJECTED, 'istio.io/rev': 'canary' }),
      ['IST0123 Namespace shop metadata.labels'],
    ],
    ['ambient', namespace({ 'istio.io/dataplane-mode': 'ambient' }), []],
    [
      'the default',
      namespace({}) +
        object(
          'ConfigMap',
          'istio-system/istio-sidecar-injector',
          `data: { values: '{"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}}' }`,
        ),
      ['IST0148 Namespace shop metadata.name'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(injection, text), expected));
  }
});
