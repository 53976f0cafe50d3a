import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toJson } from '@bufbuild/protobuf';
import { type Cluster, ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { mergeMessage } from './merge-message.ts';

type Init = Parameters<typeof create<typeof ClusterSchema>>[1];

function merged(into: Init, from: Init, replaceLists = false): unknown {
  const message: Cluster = create(ClusterSchema, into);
  mergeMessage(ClusterSchema, message, create(ClusterSchema, from), replaceLists);
  return toJson(ClusterSchema, message);
}

const thresholds = (...numbers: number[]): Init => ({
  circuitBreakers: { thresholds: numbers.map((maxConnections) => ({ maxConnections })) },
});

test('messages merge, scalars replace, a duration is one value', () => {
  const into: Init = { name: 'a', altStatName: 'b', connectTimeout: { seconds: 10n, nanos: 5 } };
  assert.deepEqual(merged(into, { altStatName: 'c', connectTimeout: { seconds: 1n } }), {
    name: 'a',
    altStatName: 'c',
    connectTimeout: '1s',
  });
});

test('lists grow, and are replaced when asked', () => {
  const of = (...numbers: number[]): unknown => ({
    circuitBreakers: { thresholds: numbers.map((maxConnections) => ({ maxConnections })) },
  });
  assert.deepEqual(merged(thresholds(1), thresholds(2, 3)), of(1, 2, 3));
  assert.deepEqual(merged(thresholds(1), thresholds(2), true), of(2));
});

test('map entries are replaced whole', () => {
  const meta = (value: Record<string, string>): Init => ({ metadata: { filterMetadata: { istio: value } } });
  assert.deepEqual(merged(meta({ a: '1', b: '2' }), meta({ a: '3' })), {
    metadata: { filterMetadata: { istio: { a: '3' } } },
  });
});

test('a zero value overrides nothing, as in Istio', () => {
  assert.deepEqual(merged({ perConnectionBufferLimitBytes: 5 }, { perConnectionBufferLimitBytes: 0 }), {
    perConnectionBufferLimitBytes: 5,
  });
});

test('the other alternative of a oneof takes its place', () => {
  const type = { clusterDiscoveryType: { case: 'type', value: 3 } } as const;
  const custom = { clusterDiscoveryType: { case: 'clusterType', value: { name: 'x' } } } as const;
  assert.deepEqual(merged(type, custom), { clusterType: { name: 'x' } });
});

test('what was merged is a copy: later patches do not reach the value of an earlier one', () => {
  const from = create(ClusterSchema, thresholds(2));
  const first = create(ClusterSchema);
  mergeMessage(ClusterSchema, first, from, false);
  mergeMessage(ClusterSchema, first, create(ClusterSchema, thresholds(3)), false);
  assert.equal(from.circuitBreakers?.thresholds.length, 1);
});
