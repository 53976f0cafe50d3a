import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { sidecarSelectors } from './sidecar-selectors.ts';

const pod = (name: string, annotations = {}): string =>
  object('Pod', name, 'spec: {}', { labels: { app: 'a' }, annotations });
const sidecar = (name: string, selector = 'workloadSelector: { labels: { app: a } }'): string =>
  object('Sidecar', name, `spec: { ${selector} }`);

describe('Sidecars', () => {
  for (const [title, text, expected] of [
    ['with a workload', pod('shop/p') + sidecar('shop/s'), []],
    [
      'with a workload elsewhere',
      pod('away/p') + sidecar('shop/s'),
      ['IST0101 Sidecar shop/s spec.workloadSelector.labels.app'],
    ],
    [
      'two of a workload',
      pod('shop/p') + sidecar('shop/s') + sidecar('shop/t'),
      ['IST0110 Sidecar shop/s metadata.name', 'IST0110 Sidecar shop/t metadata.name'],
    ],
    [
      'two defaults',
      sidecar('shop/s', '') + sidecar('shop/t', ''),
      ['IST0111 Sidecar shop/s metadata.name', 'IST0111 Sidecar shop/t metadata.name'],
    ],
    ['a default for each namespace', sidecar('shop/s', '') + sidecar('away/t', ''), []],
    [
      'of an ambient workload',
      pod('shop/p', { 'ambient.istio.io/redirection': 'enabled' }) + sidecar('shop/s'),
      ['IST0167 Sidecar shop/s spec.workloadSelector'],
    ],
    [
      'of an ambient namespace',
      object('Namespace', 'shop', 'spec: {}', { labels: { 'istio.io/dataplane-mode': 'ambient' } }) +
        sidecar('shop/s', ''),
      ['IST0167 Sidecar shop/s'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(sidecarSelectors, text), expected));
  }
});
