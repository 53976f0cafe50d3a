import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import type { TranslatedResources } from '@weft/translate';
import { type Cluster, ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { SetEncoder } from './encode-set.ts';

function translated(...clusters: readonly Cluster[]): TranslatedResources {
  const none = new Map<string, never>();
  return {
    cluster: new Map(clusters.map((cluster) => [cluster.name, cluster])),
    endpoint: none,
    listener: none,
    route: none,
    secret: none,
    nameTable: none,
    extensionConfig: none,
    issues: [],
  };
}

const named = (name: string, altStatName = ''): Cluster => create(ClusterSchema, { name, altStatName });

test('a message is encoded once and shared by everybody that gets it', () => {
  const encoder = new SetEncoder();
  const shared = named('a');
  const one = encoder.encode(translated(shared, named('b')), undefined);
  const two = encoder.encode(translated(shared), undefined);
  assert.equal(one.cluster.get('a'), two.cluster.get('a'));
});

test('equal resources are one map, across proxies and generations', () => {
  const encoder = new SetEncoder();
  const one = encoder.encode(translated(named('a')), undefined);
  const two = encoder.encode(translated(named('a')), undefined);
  assert.equal(one.cluster, two.cluster);
  encoder.startGeneration();
  assert.equal(encoder.encode(translated(named('a')), one).cluster, one.cluster);
});

test('proxies that had the same map and change alike have the same map again', () => {
  const encoder = new SetEncoder();
  const before = encoder.encode(translated(named('a')), undefined);
  encoder.startGeneration();
  const one = encoder.encode(translated(named('a', 'x')), before);
  const two = encoder.encode(translated(named('a', 'x')), before);
  const other = encoder.encode(translated(named('a', 'y')), before);
  assert.equal(one.cluster, two.cluster);
  assert.notEqual(one.cluster, other.cluster);
  assert.notEqual(one.cluster, before.cluster);
});
