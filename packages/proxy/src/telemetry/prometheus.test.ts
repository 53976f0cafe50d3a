import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterStats } from './cluster-stats.ts';
import { httpStats } from './http-stats.ts';
import { listenerStats } from './listener-stats.ts';
import { isUsed, prometheusText } from './prometheus.ts';
import { StatsRegistry } from './registry.ts';
import { configStats } from './server-stats.ts';
import { Histogram } from './stat.ts';

test('names and labels are the ones of an Envoy that Istio configured', () => {
  const registry = new StatsRegistry();
  clusterStats(registry, 'outbound|80||a.b.svc.cluster.local').upstreamRqTotal.inc();
  httpStats(registry, 'inbound_0.0.0.0_80;').downstreamRqByClass.inc(204);
  listenerStats(registry, '0.0.0.0_8080').downstreamCxActive.inc();
  configStats(registry).cdsUpdateSuccess.inc();
  assert.deepEqual(prometheusText(registry, isUsed).split('\n'), [
    '# TYPE envoy_cluster_upstream_rq_total counter',
    'envoy_cluster_upstream_rq_total{cluster_name="outbound|80||a.b.svc.cluster.local"} 1',
    '# TYPE envoy_http_downstream_rq counter',
    'envoy_http_downstream_rq{http_conn_manager_prefix="inbound_0.0.0.0_80;",response_code_class="2xx"} 1',
    '# TYPE envoy_listener_downstream_cx_active gauge',
    'envoy_listener_downstream_cx_active{listener_address="0.0.0.0_8080"} 1',
    '# TYPE envoy_cluster_manager_cds_update_success counter',
    'envoy_cluster_manager_cds_update_success 1',
    '',
  ]);
});

test('a family stands together, whatever order its scopes came in', () => {
  const registry = new StatsRegistry();
  for (const name of ['a', 'b']) clusterStats(registry, name);
  const types = prometheusText(registry).match(/^# TYPE \S+/gm) ?? [];
  assert.equal(new Set(types).size, types.length);
});

test('a scope keeps its counts when its owner is updated, and goes when removed', () => {
  const registry = new StatsRegistry();
  clusterStats(registry, 'a').upstreamRqTotal.inc();
  assert.equal(clusterStats(registry, 'a').upstreamRqTotal.value, 1);
  registry.removeScope('cluster.a.');
  assert.equal([...registry.stats()].length, 0);
});

test('label values are escaped', () => {
  const registry = new StatsRegistry();
  clusterStats(registry, 'a"\\\nb').upstreamRqTotal.inc();
  assert.match(prometheusText(registry, isUsed), /cluster_name="a\\"\\\\\\nb"\} 1\n$/);
});

test('histogram buckets are cumulative and quantiles interpolate', () => {
  const histogram = new Histogram([10, 20]);
  for (const value of [-5, 10, 11, 15, 500]) histogram.record(value);
  assert.deepEqual([...histogram.counts], [2, 2, 1]);
  assert.equal(histogram.sum, 536);
  assert.equal(histogram.quantile(0.4), 10);
  assert.equal(histogram.quantile(1), 20);
  assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
});
