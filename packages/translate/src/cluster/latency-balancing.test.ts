import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, proxyOf } from '@weft/mesh';
import { type Cluster, Cluster_LbPolicy as Lb } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import { translate } from '../translate.ts';

const NAME = 'outbound|8080||orders.shop.svc.cluster.local';

/** The cluster of a service whose rule has the annotation and this spec besides its host. */
function clusterOf(spec: string, name = NAME, { service = '', mode = 'NONE' } = {}): Cluster {
  const { resources } = loadText(
    `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 8080 }]${service} }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop, annotations: { weft.dev/load-balancer: peak-ewma } }
spec: { host: orders${spec} }
`,
    'shop.yaml',
  );
  const node = decodeNode({
    id: 'sidecar~127.1.0.2~web.shop~shop.svc.cluster.local',
    metadata: { NAMESPACE: 'shop', INTERCEPTION_MODE: mode },
    userAgentName: 'weft',
  });
  if (!node.ok) assert.fail(node.issues[0]?.message ?? '');
  const snapshot = buildSnapshot(resources);
  return translate(snapshot, proxyOf(snapshot, node.value)).cluster.get(name) ?? assert.fail(`no cluster ${name}`);
}

/** The name of the policy in force in a proxy that knows all of them, and its settings. */
function balancing(cluster: Cluster): readonly unknown[] {
  const first = cluster.loadBalancingPolicy?.policies[0]?.typedExtensionConfig?.typedConfig;
  if (first === undefined) return [Lb[cluster.lbPolicy]];
  const { typeUrl, value } = fromBinary(TypedStructSchema, first.value);
  return [typeUrl.slice(typeUrl.lastIndexOf('.') + 1), value];
}

test('the annotation chooses peak_ewma, followed by what an Envoy without it takes', () => {
  const cluster = clusterOf('');
  assert.deepEqual(balancing(cluster), ['PeakEwma', {}]);
  assert.deepEqual(
    cluster.loadBalancingPolicy?.policies.map((entry) => entry.typedExtensionConfig?.typedConfig?.typeUrl),
    [
      'type.googleapis.com/udpa.type.v1.TypedStruct',
      'type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
    ],
  );
});

test('an algorithm that the rule or a subset names holds', () => {
  assert.deepEqual(balancing(clusterOf(', trafficPolicy: { loadBalancer: { simple: RANDOM } }')), ['RANDOM']);
  const subsets = ', subsets: [{ name: v1, trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } } }, { name: v2 }]';
  const of = (name: string): string => `outbound|8080|${name}|orders.shop.svc.cluster.local`;
  assert.deepEqual(balancing(clusterOf(subsets, of('v1'))), ['ROUND_ROBIN']);
  assert.deepEqual(balancing(clusterOf(subsets, of('v2'))), ['PeakEwma', {}]);
});

test('a rule that shares traffic among localities does so beside it, in a form that Envoy accepts', () => {
  const cluster = clusterOf(
    ', trafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: eu, to: { eu: 80, us: 20 } }] } } }',
  );
  // Envoy refuses a list of policies beside a locality setting of the cluster.
  assert.equal(cluster.commonLbConfig?.localityConfigSpecifier.case, undefined);
  const weighted = { locality_lb_config: { locality_weighted_lb_config: {} } };
  assert.deepEqual(balancing(cluster), ['PeakEwma', weighted]);
});

test('what sends requests where they were going keeps its own way to choose', () => {
  const cluster = clusterOf('', NAME, { service: ', clusterIP: None', mode: 'REDIRECT' });
  assert.deepEqual(balancing(cluster), ['CLUSTER_PROVIDED']);
});
