import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { injectionImage } from './injection-image.ts';

const NAMESPACE = object('Namespace', 'shop', 'spec: {}', { labels: { 'istio-injection': 'enabled' } });
const injector = (image: string): string =>
  object(
    'ConfigMap',
    'istio-system/istio-sidecar-injector',
    `data: { values: '{"global":{"hub":"hub","tag":"2","proxy":{"image":"${image}"}}}' }`,
  );
const pod = (image: string, annotations = {}): string =>
  object('Pod', 'shop/a', `spec: { containers: [{ name: istio-proxy, image: '${image}' }] }`, { annotations });
const OUTDATED = ['IST0158 Namespace shop metadata.name'];

describe('images of sidecars', () => {
  for (const [title, text, expected] of [
    ['as the injector has it', injector('proxy') + pod('hub/proxy:2'), []],
    ['of an earlier release', injector('proxy') + pod('hub/proxy:1'), OUTDATED],
    ['given whole', injector('other/proxy:7') + pod('other/proxy:7'), []],
    ['of the pod itself', injector('proxy') + pod('mine', { 'sidecar.istio.io/proxyImage': 'mine' }), []],
    ['a variant nobody asks for', injector('proxy') + pod('hub/proxy:2-distroless'), OUTDATED],
    [
      'the variant of the namespace',
      injector('proxy') +
        pod('hub/proxy:2-distroless') +
        object('ProxyConfig', 'shop/p', 'spec: { image: { imageType: distroless } }'),
      [],
    ],
    [
      'the variant of the pod',
      injector('proxy') + pod('hub/proxy:2-debug', { 'proxy.istio.io/config': 'image: { imageType: debug }' }),
      [],
    ],
    ['without an injector', pod('hub/proxy:1'), []],
  ] as const) {
    test(title, () => assert.deepEqual(found(injectionImage, NAMESPACE + text), expected));
  }
});
