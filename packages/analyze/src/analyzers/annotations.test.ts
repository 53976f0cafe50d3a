import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { annotations } from './annotations.ts';

const annotated = (kind: string, name: string, annotation: string, value: string, labels = {}): string[] =>
  found(annotations, object(kind, name, 'spec: {}', { labels, annotations: { [annotation]: value } })).map((line) =>
    line.replace(/ .*/, ''),
  );

describe('annotations', () => {
  for (const [title, actual, expected] of [
    ['unknown', annotated('Service', 'a', 'networking.istio.io/exportsTo', '*'), ['IST0108']],
    ['on the wrong kind', annotated('Deployment', 'a', 'sidecar.istio.io/logLevel', 'debug'), ['IST0107']],
    ['of others', annotated('Service', 'a', 'example.com/x', 'y'), []],
    ['deprecated', annotated('Pod', 'a', 'sidecar.istio.io/inject', 'true'), ['IST0135']],
    [
      'deprecated, beside its replacement',
      annotated('Pod', 'a', 'sidecar.istio.io/inject', 'true', { 'sidecar.istio.io/inject': 'true' }),
      [],
    ],
    ['with a good value', annotated('Pod', 'a', 'traffic.sidecar.istio.io/includeInboundPorts', '80, 443'), []],
    [
      'with a port that is none',
      annotated('Pod', 'a', 'traffic.sidecar.istio.io/includeInboundPorts', '99999'),
      ['IST0125'],
    ],
    [
      'with a range that is none',
      annotated('Pod', 'a', 'traffic.sidecar.istio.io/excludeOutboundIPRanges', '1.2.3.4'),
      ['IST0125'],
    ],
    ['with a mode that is none', annotated('Pod', 'a', 'sidecar.istio.io/interceptionMode', 'SOMETIMES'), ['IST0125']],
    ['with a quantity that is none', annotated('Pod', 'a', 'sidecar.istio.io/proxyCPU', '1 core'), ['IST0125']],
    ['with options nobody knows', annotated('Pod', 'a', 'proxy.istio.io/config', 'concurency: 2'), ['IST0125']],
    ['with options', annotated('Pod', 'a', 'proxy.istio.io/config', 'concurrency: 2'), []],
    ['that Istio sets', annotated('Pod', 'a', 'istio.io/rev', 'default'), []],
  ] as const) {
    test(title, () => assert.deepEqual(actual, expected));
  }
});
