import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { loadTexts } from '@weft/config';
import { buildSnapshot, decodeNode, proxyOf } from '@weft/mesh';
import { type Answer, loadMesh, type Mesh } from '@weft/testing';
import { translate } from '@weft/translate';
import { type Cluster, Cluster_LbPolicy } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { HttpProtocolOptionsSchema } from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';

const CONFIG = fileURLToPath(new URL('fixtures/order-service.yaml', import.meta.url));

const CERTIFICATE = ['certificate', 'key'].map((text) => Buffer.from(text).toString('base64'));

/** What the configuration is for: the service, its workloads, the gateway's pod and its certificate. */
const SURROUNDINGS = `
apiVersion: v1
kind: Service
metadata: { name: order-service, namespace: default }
spec: { clusterIP: 10.96.0.9, selector: { app: order-service }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Secret
metadata: { name: example-cert, namespace: istio-system }
type: kubernetes.io/tls
data: { tls.crt: ${CERTIFICATE[0]}, tls.key: ${CERTIFICATE[1]} }
`;

function clustersOfGateway(): ReadonlyMap<string, Cluster> {
  const { resources } = loadTexts([
    { file: 'order-service.yaml', text: readFileSync(CONFIG, 'utf8') },
    { file: 'surroundings.yaml', text: SURROUNDINGS },
  ]);
  const snapshot = buildSnapshot(resources);
  const node = decodeNode({
    id: 'router~127.0.0.1~ingress.istio-system~istio-system.svc.cluster.local',
    metadata: { NAMESPACE: 'istio-system', LABELS: { istio: 'ingressgateway' } },
  });
  assert.ok(node.ok);
  return translate(snapshot, proxyOf(snapshot, node.value)).cluster;
}

suite('the configuration of an order service, request by request', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await loadMesh([CONFIG, { yaml: SURROUNDINGS }], {
      workloads: [
        { name: 'order-service-v1', labels: { app: 'order-service', version: 'v1' } },
        { name: 'order-service-v2', labels: { app: 'order-service', version: 'v2' } },
        { name: 'ingress', namespace: 'istio-system', labels: { istio: 'ingressgateway' } },
      ],
    });
  });
  const ask = (
    headers: Readonly<Record<string, string>> = {},
    url = 'https://api.example.com/api/orders',
  ): Promise<Answer> => mesh.request({ from: 'outside', url, headers });

  test('plain HTTP is sent to HTTPS', async () => {
    const answer = await ask({}, 'http://api.example.com/api/orders?q=1');
    assert.deepEqual(answer.kind === 'redirect' && [answer.status, answer.location], [
      301,
      'https://api.example.com/api/orders?q=1',
    ]);
  });

  test('canaries get v2', async () => {
    await mesh.expect(
      { from: 'outside', url: 'https://api.example.com/', headers: { canary: 'true' } },
      { service: 'order-service', subset: 'v2' },
    );
  });

  test('premium users get v1, ten seconds and three retries', async () => {
    await mesh.expect(
      { from: 'outside', url: 'https://api.example.com/', headers: { 'x-user-tier': 'premium' } },
      { subset: 'v1', timeoutMs: 10_000, retries: { attempts: 3, perTryTimeoutMs: 2000 } },
    );
  });

  test('all others are split 90 to 10, and one in a hundred waits five seconds', async () => {
    const asked = { from: 'outside', url: 'https://api.example.com/' };
    const spread = await mesh.distribution(asked, 1000);
    assert.ok(Math.abs(spread.share({ subset: 'v1' }) - 0.9) < 0.05, String(spread));
    const delays = new Map<number, number>();
    for (let seed = 1; seed <= 1000; seed++) {
      const answer = await mesh.request({ ...asked, seed });
      const delay = answer.kind === 'forward' ? (answer.delayMs ?? 0) : -1;
      delays.set(delay, (delays.get(delay) ?? 0) + 1);
    }
    assert.deepEqual([...delays.keys()].sort(), [0, 5000]);
    assert.ok(Math.abs((delays.get(5000) ?? 0) - 10) < 10, String(delays.get(5000)));
  });

  test('mirroring stands behind a rule that takes everything, which is said', async () => {
    const answer = await ask();
    assert.deepEqual(answer.kind === 'forward' && answer.mirrors, []);
    const { issues } = loadTexts([{ file: 'order-service.yaml', text: readFileSync(CONFIG, 'utf8') }]);
    assert.ok(
      issues.some(({ at, code }) => at === 'spec.http[3]' && code === 'unreachable-rule'),
      JSON.stringify(issues),
    );
  });

  test('the gateway has the limits, the balancing and the ejections of the DestinationRule', () => {
    const clusters = clustersOfGateway();
    const cluster = clusters.get('outbound|80||order-service.default.svc.cluster.local');
    const { circuitBreakers, connectTimeout, outlierDetection, lbPolicy, typedExtensionProtocolOptions } =
      cluster ?? {};
    const [limits] = circuitBreakers?.thresholds ?? [];
    assert.deepEqual(
      [limits?.maxConnections, limits?.maxPendingRequests, limits?.maxRequests, limits?.maxRetries],
      [100, 100, 1000, 3],
    );
    assert.equal(connectTimeout?.nanos, 30_000_000);
    assert.equal(lbPolicy, Cluster_LbPolicy.LEAST_REQUEST);
    assert.deepEqual(
      [outlierDetection?.consecutive5xx, outlierDetection?.interval?.seconds, outlierDetection?.maxEjectionPercent],
      [5, 30n, 50],
    );
    assert.equal(outlierDetection?.baseEjectionTime?.seconds, 30n);
    const options = Object.values(typedExtensionProtocolOptions ?? {})[0];
    const http = options && anyUnpack(options, HttpProtocolOptionsSchema);
    assert.equal(http?.commonHttpProtocolOptions?.maxRequestsPerConnection, 100);
    for (const version of ['v1', 'v2']) {
      const subset = clusters.get(`outbound|80|${version}|order-service.default.svc.cluster.local`);
      assert.equal(subset?.lbPolicy, Cluster_LbPolicy.ROUND_ROBIN);
    }
  });

  test('a host that the gateway does not have is refused', async () => {
    const answer = await ask({}, 'https://other.example.com/');
    assert.equal(answer.kind, 'refused');
  });
});
