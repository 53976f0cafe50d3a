import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { suite, test } from 'node:test';
import { loadText } from '@weft/config';
import { EXIT } from '../command/exit-code.ts';
import { runCommand } from '../test-support/run-command.ts';
import { CALL_METRICS, callsOf } from './calls.ts';
import { observePrometheus } from './observe.ts';
import { parsePrometheusText } from './prometheus-text.ts';
import { suggestSidecars } from './sidecars.ts';
import { unseen } from './unseen.ts';

const labels = (from: string, host: string, reporter = 'source'): string =>
  `reporter="${reporter}",source_workload="${from}-v1",source_workload_namespace="shop",source_app="${from}",` +
  `destination_service="${host}",destination_service_name="${host.split('.')[0]}",destination_service_namespace="shop"`;
const METRICS = `
# TYPE istio_requests_total counter
istio_requests_total{${labels('web', 'orders.shop.svc.cluster.local')}} 5
istio_requests_total{${labels('web', 'orders.shop.svc.cluster.local')},response_code="500"} 2
istio_requests_total{${labels('orders', 'orders.shop.svc.cluster.local', 'destination')}} 7
istio_requests_total{${labels('web', 'PassthroughCluster')}} 3
istio_requests_total{${labels('web', 'unused.shop.svc.cluster.local')}} 0
istio_tcp_connections_opened_total{${labels('orders', 'db.shop.svc.cluster.local')}} 1
envoy_cluster_upstream_rq_total{a="b\\"c"} 1
`;
const CONFIG = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: front, namespace: shop }
spec: { hosts: [sales], http: [{ route: [{ destination: { host: orders } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: lonely, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: quiet, namespace: shop }
spec: { address: 10.0.0.9, labels: { app: quiet } }
`;

const CALLS = callsOf(parsePrometheusText(METRICS, CALL_METRICS));
const { resources: RESOURCES } = loadText(CONFIG, 'config.yaml');
const INPUT = { calls: CALLS, resources: RESOURCES, namespace: undefined, domain: 'cluster.local' } as const;

suite('calls that were seen', () => {
  test('count once, by their caller, without those that never happened', () => {
    assert.deepEqual(
      CALLS.map(({ app, host, count }) => [app, host, count]),
      [
        ['web', 'orders.shop.svc.cluster.local', 7],
        ['web', '', 3],
        ['orders', 'db.shop.svc.cluster.local', 1],
      ],
    );
  });

  test('become a Sidecar for each workload, with the hosts that lead to what was called', () => {
    const [orders, web] = suggestSidecars({ ...INPUT, per: 'workload' });
    assert.deepEqual(orders?.sidecar.spec.egress[0]?.hosts, ['./db.shop.svc.cluster.local', 'istio-system/*']);
    assert.deepEqual(web?.sidecar.spec.workloadSelector?.labels, { app: 'web' });
    assert.deepEqual(web?.sidecar.spec.egress[0]?.hosts, [
      './orders.shop.svc.cluster.local',
      './sales.shop.svc.cluster.local',
      'istio-system/*',
    ]);
    assert.match(web?.notes.join(' ') ?? '', /3 calls went to hosts.*VirtualService shop\/front/s);
  });

  test('or one for the namespace', () => {
    const [only, ...more] = suggestSidecars({ ...INPUT, per: 'namespace' });
    assert.equal(more.length, 0);
    assert.equal(only?.sidecar.metadata.name, 'default');
    assert.equal(only?.sidecar.spec.workloadSelector, undefined);
    assert.equal(only?.sidecar.spec.egress[0]?.hosts.length, 4);
  });

  test('leave a rest that is told', () => {
    const told = unseen(CALLS, RESOURCES, 'shop').join('\n');
    assert.match(told, /no call by shop\/quiet/);
    assert.match(told, /no call to lonely\.shop\.svc/);
  });
});

test('Prometheus is asked for what grew', async () => {
  const queries: string[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://a').searchParams.get('query') ?? '';
    queries.push(query);
    const metric = { reporter: 'source', source_app: 'web', source_workload_namespace: 'shop' };
    const result = query.includes('istio_requests_total') ? [{ metric, value: [0, '2.5'] }] : [];
    response.end(JSON.stringify({ status: 'success', data: { result } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const observed = await observePrometheus(`http://127.0.0.1:${address.port}`, 7_200_000);
    assert.deepEqual(
      observed.samples.map(({ value }) => value),
      [2.5],
    );
    assert.match(queries[0] ?? '', /increase\(istio_requests_total\{reporter="source"\}\[7200s\]\)/);
    assert.match(queries[1] ?? '', /istio_tcp_connections_opened_total/);
  } finally {
    server.close();
  }
});

test('nothing else can be suggested', async () => {
  const { code, err } = await runCommand('suggest', 'gateways');
  assert.equal(code, EXIT.usage.code);
  assert.match(err, /weft suggest sidecars/);
});
