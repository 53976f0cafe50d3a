import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterConfigSchema } from '@weft/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb';
import { LeastRequestSchema } from '@weft/xds/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb';
import { HttpProtocolOptionsSchema } from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';
import { TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import type { Cluster } from './cluster.ts';
import { compileCluster } from './compile-cluster.ts';

const registry = createRegistry(HttpProtocolOptionsSchema, LeastRequestSchema, ClusterConfigSchema, TypedStructSchema);

function compile(json: Record<string, JsonValue>): ReturnType<typeof compileCluster> {
  return compileCluster(
    fromJson(ClusterSchema, { name: 'c', type: 'EDS', edsClusterConfig: { serviceName: 's' }, ...json }, { registry }),
  );
}

function cluster(json: Record<string, JsonValue>): Cluster {
  const decoded = compile(json);
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  return decoded.value;
}

function issues(json: Record<string, JsonValue>): readonly string[] {
  return compile(json).issues.map((issue) => `${issue.at}: ${issue.code}`);
}

test("Envoy's defaults (cluster.proto, circuit_breaker.proto)", () => {
  const c = cluster({});
  assert.deepEqual(c.discovery, { kind: 'eds', serviceName: 's' });
  assert.equal(c.connectTimeoutMs, 5000);
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries, retryBudget } = c.circuitBreakers.default;
  assert.deepEqual(
    [maxConnections, maxPendingRequests, maxRequests, maxRetries, retryBudget],
    [1024, 1024, 1024, 3, undefined],
  );
  assert.deepEqual(
    [c.lb.policy.kind, c.lb.panicThreshold, c.protocol.kind, c.protocol.idleTimeoutMs],
    ['round-robin', 50, 'http1', 3_600_000],
  );
});

test('limits of 2^32 - 1, which Istio writes for none, are none', () => {
  const { circuitBreakers } = cluster({
    circuitBreakers: {
      thresholds: [
        { maxConnections: 4294967295, maxRetries: 7 },
        { priority: 'HIGH', maxRequests: 5 },
      ],
    },
  });
  assert.deepEqual(
    [circuitBreakers.default.maxConnections, circuitBreakers.default.maxRetries, circuitBreakers.high.maxRequests],
    [Number.POSITIVE_INFINITY, 7, 5],
  );
});

test('protocol options: HTTP/2, both ways, and what the client speaks', () => {
  const options = (config: Record<string, JsonValue>): Cluster['protocol'] =>
    cluster({
      typedExtensionProtocolOptions: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
          ...config,
        },
      },
    }).protocol;
  assert.equal(
    options({ explicitHttpConfig: { http2ProtocolOptions: { maxConcurrentStreams: 100 } } }).http2.maxConcurrentStreams,
    100,
  );
  assert.equal(options({ useDownstreamProtocolConfig: { http2ProtocolOptions: {} } }).kind, 'downstream');
  const auto = options({
    autoConfig: {},
    commonHttpProtocolOptions: { idleTimeout: '60s', maxRequestsPerConnection: 9 },
  });
  assert.deepEqual([auto.kind, auto.idleTimeoutMs, auto.maxRequestsPerConnection], ['auto', 60_000, 9]);
});

test('HTTP/3, other protocol options and what else is not supported are refused by path', () => {
  const http3 = {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicitHttpConfig: { http3ProtocolOptions: {} },
  };
  assert.deepEqual(issues({ typedExtensionProtocolOptions: { h: http3 } }), [
    'typed_extension_protocol_options["h"].explicit_http_config.http3_protocol_options: unsupported-field',
  ]);
  assert.deepEqual(issues({ dnsResolvers: [{ pipe: { path: '/x' } }], useTcpForDnsLookups: true }), [
    'dns_resolvers: unsupported-field',
    'use_tcp_for_dns_lookups: unsupported-field',
  ]);
  assert.deepEqual(issues({ outlierDetection: { monitors: [{ name: 'm' }] } }), [
    'outlier_detection.monitors: unsupported-field',
  ]);
});

test('balancing policies of either form, and bounds on their tables', () => {
  assert.deepEqual(cluster({ lbPolicy: 'LEAST_REQUEST', leastRequestLbConfig: { choiceCount: 5 } }).lb.policy, {
    kind: 'least-request',
    choices: 5,
    activeBias: 1,
    slowStart: undefined,
  });
  const typedConfig = {
    '@type': 'type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
    localityLbConfig: { localityWeightedLbConfig: {} },
    slowStartConfig: { slowStartWindow: '30s' },
  };
  const { lb } = cluster({ loadBalancingPolicy: { policies: [{ typedExtensionConfig: { name: 'x', typedConfig } }] } });
  assert.equal(lb.locality, 'weighted');
  assert.deepEqual(lb.policy.kind === 'least-request' ? lb.policy.slowStart : undefined, {
    windowMs: 30_000,
    aggression: 1,
    minWeightPercent: 10,
  });
  assert.deepEqual(issues({ lbPolicy: 'MAGLEV', maglevLbConfig: { tableSize: '65536' } }), [
    'maglev_lb_config.table_size: invalid-value',
  ]);
  assert.deepEqual(
    issues({ lbPolicy: 'RING_HASH', ringHashLbConfig: { minimumRingSize: '2000', maximumRingSize: '1000' } }),
    ['ring_hash_lb_config.minimum_ring_size: invalid-value'],
  );
});

test('discovery: DNS, original destination, dynamic forward proxy', () => {
  const endpoint = { endpoint: { address: { socketAddress: { address: 'db.example.com', portValue: 5432 } } } };
  const dns = cluster({
    type: 'STRICT_DNS',
    loadAssignment: { endpoints: [{ lbEndpoints: [endpoint] }] },
    respectDnsTtl: true,
    dnsLookupFamily: 'V4_ONLY',
  });
  assert.ok(dns.discovery.kind === 'strict-dns');
  assert.deepEqual(dns.discovery.endpoints.localities[0]?.endpoints[0]?.address, {
    kind: 'name',
    host: 'db.example.com',
    port: 5432,
  });
  assert.equal(dns.discovery.dns.family, 'v4-only');
  assert.deepEqual(issues({ type: 'STATIC', loadAssignment: { endpoints: [{ lbEndpoints: [endpoint] }] } }), [
    'load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address: invalid-value',
  ]);
  const original = cluster({
    type: 'ORIGINAL_DST',
    lbPolicy: 'CLUSTER_PROVIDED',
    originalDstLbConfig: { useHttpHeader: true },
  });
  assert.equal(
    original.discovery.kind === 'original-dst' ? original.discovery.header : '',
    'x-envoy-original-dst-host',
  );
  const typedConfig = {
    '@type': 'type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig',
    dnsCacheConfig: { name: 'd', maxHosts: 10 },
  };
  const { discovery } = compileToCluster({
    name: 'c',
    lbPolicy: 'CLUSTER_PROVIDED',
    clusterType: { name: 'dfp', typedConfig },
  });
  assert.deepEqual(
    discovery.kind === 'dynamic-forward-proxy'
      ? [discovery.maxHosts, discovery.hostTtlMs, discovery.dns.refreshMs]
      : [],
    [10, 300_000, 60_000],
  );
});

function compileToCluster(json: JsonValue): Cluster {
  const decoded = compileCluster(fromJson(ClusterSchema, json, { registry }));
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  return decoded.value;
}

test('health checks and outlier detection with their defaults', () => {
  const check = {
    timeout: '1s',
    interval: '5s',
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    httpHealthCheck: { path: '/healthz', expectedStatuses: [{ start: '200', end: '300' }] },
  };
  const c = cluster({ healthChecks: [check], outlierDetection: { consecutive5xx: 7 } });
  const compiled = c.healthChecks[0];
  assert.deepEqual(
    [
      compiled?.noTrafficIntervalMs,
      compiled?.unhealthyIntervalMs,
      compiled?.check.kind === 'http' ? compiled.check.expected : [],
    ],
    [60_000, 5000, [[200, 300]]],
  );
  assert.deepEqual(
    [c.outlier?.consecutive5xx, c.outlier?.baseEjectionMs, c.outlier?.maxEjectionMs, c.outlier?.maxEjectionPercent],
    [7, 30_000, 300_000, 10],
  );
  assert.deepEqual(
    issues({
      healthChecks: [
        {
          timeout: '1s',
          interval: '5s',
          unhealthyThreshold: 1,
          healthyThreshold: 1,
          tcpHealthCheck: { send: { text: 'xyz' } },
        },
      ],
    }),
    ['health_checks[0].tcp_health_check.send: invalid-value'],
  );
});

test("Envoy's contrib policy peak_ewma, in its JSON form; what follows it in the list is for proxies without it", () => {
  const peak = (value: Record<string, JsonValue>): Record<string, JsonValue> => ({
    loadBalancingPolicy: {
      policies: [
        {
          typedExtensionConfig: {
            name: 'peak',
            typedConfig: {
              '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
              typeUrl: 'type.googleapis.com/envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma',
              value,
            },
          },
        },
        {
          typedExtensionConfig: {
            name: 'least',
            typedConfig: {
              '@type': 'type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
            },
          },
        },
      ],
    },
  });
  const { lb } = cluster(peak({ decay_time: '5s', default_rtt: '0.02s', aggregation_interval: '0.1s' }));
  assert.deepEqual(lb.policy, { kind: 'peak-ewma', decayMs: 5000 / Math.LN2, defaultRttMs: 20 });
  assert.equal(lb.locality, 'none');
  assert.equal(cluster(peak({ locality_lb_config: { locality_weighted_lb_config: {} } })).lb.locality, 'weighted');
  assert.deepEqual(issues(peak({ locality_lb_config: { zone_aware_lb_config: {} } })).length, 1);
  assert.deepEqual(cluster(peak({})).lb.policy, {
    kind: 'peak-ewma',
    decayMs: 10_000 / Math.LN2,
    defaultRttMs: 10,
  });
  const at = 'load_balancing_policy.policies[0].typed_extension_config.typed_config.value';
  assert.deepEqual(issues(peak({ decay_time: 'soon', penalty_value: 3 })), [
    `${at}.penalty_value: unsupported-field`,
    `${at}.decay_time: invalid-value`,
  ]);
});
