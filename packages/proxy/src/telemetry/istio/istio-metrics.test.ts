import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { MetadataSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { AccessRecord } from '../access-record.ts';
import { prometheusText } from '../prometheus.ts';
import { StatsRegistry } from '../registry.ts';
import { IstioMetrics } from './istio-metrics.ts';
import { LabelTable } from './label-table.ts';
import { decodePeerMetadata, encodePeerMetadata } from './peer-metadata.ts';

const ORDERS_NODE = {
  NAMESPACE: 'shop',
  WORKLOAD_NAME: 'orders-v1',
  CLUSTER_ID: 'laptop',
  LABELS: { app: 'orders', version: 'v1' },
};

function clusterMetadata(): ReturnType<typeof create<typeof MetadataSchema>> {
  const services = [{ host: 'orders.shop.svc.cluster.local', name: 'orders', namespace: 'shop' }];
  return create(MetadataSchema, { filterMetadata: { istio: { services } } });
}

function text(metrics: IstioMetrics): string {
  const registry = new StatsRegistry();
  registry.addSource(metrics);
  return prometheusText(registry);
}

test('a request is counted with every label of the documentation', () => {
  const labels = new LabelTable();
  const metrics = new IstioMetrics(
    labels.node({ NAMESPACE: 'shop', WORKLOAD_NAME: 'storefront', LABELS: { app: 'storefront' } }),
  );
  const endpoint = create(MetadataSchema, {
    filterMetadata: { istio: { workload: 'orders-v1;shop;orders;v1;laptop' } },
  });
  const record = Object.assign(new AccessRecord(), {
    startMs: 10,
    endMs: 17,
    responseCode: 200,
    bytesSent: 2_000,
    service: labels.service(clusterMetadata(), 'outbound|80||orders'),
    peer: labels.endpoint(endpoint),
  });
  metrics.request('source', record);
  metrics.request('source', record);
  const out = text(metrics);
  const expected =
    'istio_requests_total{reporter="source",source_workload="storefront",source_canonical_service="storefront",' +
    'source_canonical_revision="latest",source_workload_namespace="shop",source_principal="unknown",source_app="storefront",' +
    'source_version="unknown",source_cluster="unknown",destination_workload="orders-v1",destination_workload_namespace="shop",' +
    'destination_principal="unknown",destination_app="unknown",destination_version="unknown",' +
    'destination_service="orders.shop.svc.cluster.local",destination_canonical_service="orders",' +
    'destination_canonical_revision="v1",destination_service_name="orders",destination_service_namespace="shop",' +
    'destination_cluster="laptop",request_protocol="http",response_code="200",grpc_response_status="",response_flags="-",' +
    'connection_security_policy="unknown"} 2\n';
  assert.ok(out.includes(expected), out);
  assert.match(out, /istio_request_duration_milliseconds_bucket\{.*le="5"\} 0\n/);
  assert.match(out, /istio_request_duration_milliseconds_bucket\{.*le="10"\} 2\n/);
  assert.match(out, /istio_response_bytes_sum\{.*\} 4020\n/);
});

test('equal labels from two pushes are one series', () => {
  const labels = new LabelTable();
  const metrics = new IstioMetrics(labels.node(ORDERS_NODE));
  for (let push = 0; push < 2; push++) {
    const service = labels.service(clusterMetadata(), 'inbound|80||');
    metrics.request('destination', Object.assign(new AccessRecord(), { responseCode: 200, service }));
  }
  assert.equal(text(metrics).match(/^istio_requests_total\{/gm)?.length, 1);
});

test('the server side knows the caller from its headers and its certificate', () => {
  const labels = new LabelTable();
  const metrics = new IstioMetrics(labels.node(ORDERS_NODE));
  const header = encodePeerMetadata({
    NAMESPACE: 'shop',
    WORKLOAD_NAME: 'storefront',
    LABELS: { app: 'storefront', secret: 'x' },
  });
  const record = Object.assign(new AccessRecord(), {
    responseCode: 200,
    requestHeaders: ['content-type', 'application/grpc+proto'],
    responseTrailers: ['grpc-status', '14'],
    peer: labels.header(header),
    downstreamPeerUriSan: 'spiffe://cluster.local/ns/shop/sa/storefront',
  });
  metrics.request('destination', record);
  const out = text(metrics);
  for (const label of [
    'reporter="destination"',
    'source_workload="storefront"',
    'source_principal="spiffe://cluster.local/ns/shop/sa/storefront"',
    'destination_version="v1"',
    'request_protocol="grpc"',
    'grpc_response_status="14"',
    'connection_security_policy="mutual_tls"',
  ]) {
    assert.ok(out.includes(label), label);
  }
});

test('peer metadata carries what metrics need and nothing else', () => {
  const header = encodePeerMetadata({ ...ORDERS_NODE, ENVOY_TOKEN: 'secret', LABELS: { app: 'orders', private: 'x' } });
  assert.deepEqual(decodePeerMetadata(header), {
    CLUSTER_ID: 'laptop',
    LABELS: { app: 'orders' },
    NAMESPACE: 'shop',
    WORKLOAD_NAME: 'orders-v1',
  });
  for (const bad of ['', '%%%', 'AAAA', 'x'.repeat(20_000)])
    assert.equal(decodePeerMetadata(bad), undefined, bad.slice(0, 10));
});

test('strangers can add only so many workloads', () => {
  const labels = new LabelTable();
  const seen = new Set<unknown>();
  for (let i = 0; i < 1_500; i++) seen.add(labels.header(encodePeerMetadata({ WORKLOAD_NAME: `w${i}` })));
  assert.equal(seen.size, 1_001);
});

test('series beyond the bound are counted together', () => {
  const labels = new LabelTable();
  const metrics = new IstioMetrics(labels.node(ORDERS_NODE));
  const record = new AccessRecord();
  for (let i = 0; i < 6_000; i++) {
    record.responseCode = 200;
    record.downstreamPeerUriSan = `spiffe://td/${i}`;
    metrics.connection('destination', record).opened.inc();
  }
  assert.match(text(metrics), /istio_tcp_connections_opened_total\{.*source_principal="overflow".*\} 1000\n/);
});

test('TCP connections have no response code', () => {
  const labels = new LabelTable();
  const metrics = new IstioMetrics(labels.node(ORDERS_NODE));
  const series = metrics.connection('source', new AccessRecord());
  series.opened.inc();
  series.sent.add(100);
  assert.equal(metrics.connection('source', new AccessRecord()), series);
  assert.match(
    text(metrics),
    /istio_tcp_sent_bytes_total\{[^}]*request_protocol="tcp",response_flags="-"[^}]*\} 100\n/,
  );
});
