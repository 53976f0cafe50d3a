/** Statistics of gRPC calls: Envoy's by method, Istio's by message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { systemClock } from '@weft/base';
import { HTTP2_UPSTREAM, message, startEcho } from '../../../testing/grpc-echo.ts';
import {
  ADMIN,
  adminGet,
  adminStats,
  type Harness,
  httpFilterConfig,
  httpListener,
  ROUTER,
  startProxy,
  staticCluster,
} from '../../../testing/harness.ts';

const ROUTES = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];
const ISTIO_STATS = {
  name: 'istio.stats',
  typed_config: {
    '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
    type_url: 'type.googleapis.com/stats.PluginConfig',
    value: {},
  },
};

function counting(port: number, config: object): Promise<Harness> {
  const filters = { http_filters: [httpFilterConfig('grpc_stats.v3.FilterConfig', config), ISTIO_STATS, ROUTER] };
  const listener = { ...httpListener(ROUTES, filters), traffic_direction: 'OUTBOUND' };
  return startProxy([listener], [staticCluster('backend', [port], HTTP2_UPSTREAM)], systemClock, [], ADMIN);
}

/** One call of each streaming kind: `Collect` with three requests, `Spread` with two answers, and a call that fails. */
async function callAll(port: number): Promise<void> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  await new Promise<void>((resolve) => {
    const call = client.makeClientStreamRequest('/test.Echo/Collect', message.serialize, message.deserialize, () =>
      resolve(),
    );
    for (const value of ['a', 'b', 'c']) call.write(value);
    call.end();
  });
  const spread = client.makeServerStreamRequest('/test.Echo/Spread', message.serialize, message.deserialize, 'x,y');
  for await (const value of spread) assert.ok(value === 'x' || value === 'y');
  await new Promise<void>((resolve) => {
    client.makeUnaryRequest('/test.Echo/Unary', message.serialize, message.deserialize, 'fail', () => resolve());
  });
  client.close();
}

test('methods of the list are counted apart, others together', async () => {
  using server = await startEcho();
  await using proxy = await counting(server.port, {
    individual_method_stats_allowlist: { services: [{ name: 'test.Echo', method_names: ['Collect'] }] },
    enable_upstream_stats: true,
  });
  await callAll(proxy.port);
  const stats = await adminStats(proxy);
  const of = (name: string): number | undefined => stats.get(`cluster.backend.grpc.${name}`);
  assert.equal(of('test.Echo.Collect.request_message_count'), 3);
  assert.equal(of('test.Echo.Collect.response_message_count'), 1);
  assert.equal(of('test.Echo.Collect.success'), 1);
  assert.equal(of('test.Echo.Spread.total'), undefined);
  assert.equal(of('total'), 2);
  assert.equal(of('failure'), 1);
  assert.equal(of('9'), 1);
  assert.equal(of('request_message_count'), 2);
  assert.equal(of('response_message_count'), 2);
  assert.match(await adminGet(proxy, '/stats/prometheus'), /envoy_cluster_grpc_upstream_rq_time_count\{/);
});

test('with dots replaced every method is counted under its own name', async () => {
  using server = await startEcho();
  await using proxy = await counting(server.port, {
    stats_for_all_methods: true,
    replace_dots_in_grpc_service_name: true,
  });
  await callAll(proxy.port);
  const text = await adminGet(proxy, '/stats/prometheus');
  assert.match(
    text,
    /envoy_cluster_grpc_success\{cluster_name="backend",envoy_grpc_bridge_service="test_Echo",envoy_grpc_bridge_method="Spread"\} 1/,
  );
});

test("Istio's message counters have the workloads, and no outcome", async () => {
  using server = await startEcho();
  await using proxy = await counting(server.port, { emit_filter_state: true });
  await callAll(proxy.port);
  const text = await adminGet(proxy, '/stats/prometheus');
  assert.match(text, /istio_request_messages_total\{reporter="source",[^}]*destination_service="[^"]*"[^}]*\} 5\n/);
  assert.match(text, /istio_response_messages_total\{[^}]*\} 3\n/);
  assert.doesNotMatch(text, /istio_request_messages_total\{[^}]*(?:response_code|request_protocol)=/);
  assert.match(text, /istio_requests_total\{[^}]*request_protocol="grpc",[^}]*grpc_response_status="9"[^}]*\} 1\n/);
});

test('a list without methods is refused', async () => {
  const config = { individual_method_stats_allowlist: { services: [{ name: 'a.B' }] } };
  await assert.rejects(counting(1, config), /services\[0\]\.method_names: no method is named/);
});
