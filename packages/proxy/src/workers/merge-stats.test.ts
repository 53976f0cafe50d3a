import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BreakerGauges } from '../cluster/breaker-gauges.ts';
import { clusterStats } from '../telemetry/cluster-stats.ts';
import { listenerStats } from '../telemetry/listener-stats.ts';
import { type Stat, StatsRegistry } from '../telemetry/registry.ts';
import { Histogram } from '../telemetry/stat.ts';
import { mergeStats } from './merge-stats.ts';
import { SnapshotReader, SnapshotWriter } from './stats-snapshot.ts';

function countOf(stats: readonly Stat[], name: string): number | undefined {
  const handle = stats.find((stat) => stat.name === name)?.handle;
  return handle instanceof Histogram ? handle.count : handle?.value;
}

function thread(requests: number, times: readonly number[]): StatsRegistry {
  const registry = new StatsRegistry();
  const cluster = clusterStats(registry, 'orders');
  cluster.upstreamRqTotal.add(requests);
  cluster.upstreamRqActive.set(1);
  cluster.membershipTotal.set(5);
  cluster.membershipChange.inc();
  for (const ms of times) cluster.upstreamRqTime.record(ms);
  listenerStats(registry, '127.0.0.1_80').downstreamCxTotal.add(requests);
  registry.addSource(new BreakerGauges(() => []));
  return registry;
}

test('what threads count is added up; what they know alike is taken once', () => {
  const threads = [thread(3, [1, 20]), thread(4, [300])].map((registry) => [...registry.stats()]);
  const merged = mergeStats(threads);
  const values = [
    'cluster.orders.upstream_rq_total',
    'cluster.orders.upstream_rq_active',
    'cluster.orders.membership_total',
    'cluster.orders.membership_change',
    'cluster.orders.upstream_rq_time',
    'listener.127.0.0.1_80.downstream_cx_total',
    'listener.127.0.0.1_80.worker_0.downstream_cx_total',
    'listener.127.0.0.1_80.worker_1.downstream_cx_total',
  ].map((name) => countOf(merged, name));
  assert.deepEqual(values, [7, 2, 5, 1, 3, 7, 3, 4]);
  assert.equal(countOf(threads[0] ?? [], 'cluster.orders.upstream_rq_total'), 3, 'the input is left alone');
});

test('series without a name are told apart by their labels', () => {
  const series = (code: string, count: number): Stat => {
    const registry = new StatsRegistry();
    const { upstreamRqTotal: handle } = clusterStats(registry, 'x');
    handle.add(count);
    return { name: '', family: 'istio_requests_total', labels: [['response_code', code]], handle };
  };
  const merged = mergeStats([[series('200', 1), series('503', 2)], [series('503', 3)]]);
  assert.deepEqual(
    merged.map(({ labels, handle }) => [labels[0]?.[1], handle instanceof Histogram ? 0 : handle.value]),
    [
      ['200', 1],
      ['503', 5],
    ],
  );
});

test('a snapshot says what its values are once, and again when there are others', () => {
  const registry = new StatsRegistry();
  const cluster = clusterStats(registry, 'a');
  const writer = new SnapshotWriter();
  const reader = new SnapshotReader();
  const travel = (): { stats: readonly Stat[]; declared: number } => {
    const snapshot = structuredClone(writer.take(registry.stats()));
    return { stats: reader.read(snapshot), declared: snapshot.declarations.length };
  };
  const of = clusterStats(new StatsRegistry(), 'a').stats.length;
  assert.equal(travel().declared, of);
  cluster.upstreamRqTotal.inc();
  cluster.upstreamRqTime.record(7);
  const second = travel();
  assert.equal(second.declared, 0);
  assert.equal(countOf(second.stats, 'cluster.a.upstream_rq_total'), 1);
  const time = second.stats.find(({ name }) => name === 'cluster.a.upstream_rq_time')?.handle;
  assert.deepEqual(time, cluster.upstreamRqTime);
  clusterStats(registry, 'b').upstreamRqTotal.add(2);
  const third = travel();
  assert.equal(third.declared, of, 'only what is new');
  assert.equal(countOf(third.stats, 'cluster.b.upstream_rq_total'), 2);
});
