import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../json.ts';
import type { KindId } from '../resource.ts';
import { specIssues } from '../test-support/spec-issues.ts';
import { KINDS } from './all.ts';
import { findKind, kindOf, kindsNamed, parseApiVersion, restPath } from './find.ts';

type Case = readonly [spec: JsonObject, ...expected: string[]];

const server = (port: JsonObject, more: JsonObject = {}): JsonObject => ({
  servers: [{ port: { number: 80, name: 'p', protocol: 'HTTP', ...port }, hosts: ['a.b'], ...more }],
});
const policy = (trafficPolicy: JsonObject): JsonObject => ({ host: 'a.b', trafficPolicy });
const PORT = { number: 80, name: 'http', protocol: 'HTTP' };
const locality = (setting: JsonObject): JsonObject => policy({ loadBalancer: { localityLbSetting: setting } });
const jwt = (rule: JsonObject): JsonObject => ({ jwtRules: [{ issuer: 'i', ...rule }] });

/** For each kind a good spec and the mistakes people make. */
const CASES: Readonly<Partial<Record<KindId, readonly Case[]>>> = {
  Gateway: [
    [server({})],
    [{}, 'error spec.servers missing-field'],
    [server({}, { tls: { httpsRedirect: true } })],
    [server({}, { tls: { mode: 'SIMPLE', credentialName: 'c' } }), 'error spec.servers[0].tls conflicting-fields'],
    [server({ protocol: 'HTTPS' }), 'error spec.servers[0].tls missing-field'],
    [server({ number: 0 }), 'error spec.servers[0].port.number invalid-port'],
    [server({}, { hosts: ['*b.c'] }), 'error spec.servers[0].hosts[0] invalid-host'],
    [
      server({ protocol: 'HTTPS' }, { tls: { mode: 'SIMPLE' } }),
      'error spec.servers[0].tls.serverCertificate missing-field',
      'error spec.servers[0].tls.privateKey missing-field',
    ],
  ],
  DestinationRule: [
    [
      policy({ connectionPool: { tcp: { maxConnections: 2 ** 31 } } }),
      'error spec.trafficPolicy.connectionPool.tcp.maxConnections out-of-range',
    ],
    [policy({ loadBalancer: { simple: 'LEAST_CONN' } })],
    [policy({}), 'error spec.trafficPolicy missing-field'],
    [
      policy({ loadBalancer: { consistentHash: { httpHeaderName: 'x', maglev: { tableSize: 4 } } } }),
      'error spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize invalid-value',
    ],
    [
      policy({ outlierDetection: { consecutiveErrors: 3 } }),
      'warning spec.trafficPolicy.outlierDetection.consecutiveErrors deprecated',
    ],
    [
      policy({ tls: { mode: 'MUTUAL' } }),
      'error spec.trafficPolicy.tls.clientCertificate missing-field',
      'error spec.trafficPolicy.tls.privateKey missing-field',
    ],
    [
      locality({ failover: [{ from: 'a', to: 'b' }] }),
      'warning spec.trafficPolicy.loadBalancer.localityLbSetting missing-outlier-detection',
    ],
    [
      locality({ distribute: [{ from: 'a/*', to: { b: 90 } }] }),
      'error spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to wrong-total',
    ],
    [{ host: 'a.b', subsets: [{ name: 'v1' }, { name: 'v1' }] }, 'error spec.subsets[1].name duplicate'],
  ],
  ServiceEntry: [
    [{ hosts: ['a.b'], ports: [PORT], resolution: 'DNS' }],
    [{ hosts: ['*'] }, 'error spec.hosts[0] invalid-host'],
    [{ hosts: ['*.b'], ports: [PORT], resolution: 'DNS' }, 'error spec.hosts[0] invalid-host'],
    [
      { hosts: ['a.b'], ports: [PORT], addresses: ['1.2.3.0/24'], resolution: 'DNS' },
      'error spec.addresses[0] conflicting-fields',
    ],
    [
      { hosts: ['a.b'], ports: [PORT], resolution: 'STATIC', endpoints: [{ address: 'x.y' }] },
      'error spec.endpoints[0].address invalid-address',
    ],
    [
      { hosts: ['a.b', 'c.d'], ports: [{ ...PORT, protocol: 'TCP' }], resolution: 'DNS' },
      'error spec.ports[0].protocol ambiguous',
    ],
    [{ hosts: ['a.b'], ports: [PORT], resolution: 'DYNAMIC_DNS' }, 'error spec.hosts[0] invalid-host'],
  ],
  WorkloadEntry: [
    [{ address: '10.0.0.1', weight: 2 ** 32 }, 'error spec.weight out-of-range'],
    [{ address: '10.0.0.1', ports: { ['p'.repeat(63)]: 80 } }, `error spec.ports.${'p'.repeat(63)} invalid-name`],
    [{ address: '1.2.3.4', ports: { http: 80 } }],
    [{ network: 'n' }, 'warning spec.address missing-field'],
    [{ address: 'unix:///a', ports: { http: 80 } }, 'error spec.ports conflicting-fields'],
  ],
  WorkloadGroup: [
    [{ template: {}, probe: { httpGet: { port: 80 } } }],
    [{ template: {}, probe: {} }, 'error spec.probe missing-field'],
  ],
  Sidecar: [
    [{ egress: [{ hosts: ['./*', 'other/a.b'] }] }],
    [{}, 'error spec missing-field'],
    [{ egress: [{ hosts: ['a.b'] }] }, 'error spec.egress[0].hosts[0] invalid-host'],
    [{ egress: [{ hosts: ['*/*', 'a/*'] }] }, 'warning spec.egress[0].hosts duplicate'],
    [
      { ingress: [{ port: PORT, defaultEndpoint: '1.1.1.1:80' }] },
      'error spec.ingress[0].defaultEndpoint invalid-address',
    ],
    [{ egress: [{ hosts: ['*/*'] }, { port: PORT, hosts: ['*/*'] }] }, 'error spec.egress[0].port misplaced'],
  ],
  EnvoyFilter: [
    [{}, 'warning spec internal-api'],
    [
      { configPatches: [{ applyTo: 'CLUSTER', match: { listener: {} }, patch: { operation: 'REMOVE' } }] },
      'warning spec internal-api',
      'error spec.configPatches[0].match.listener conflicting-fields',
    ],
  ],
  ProxyConfig: [[{ concurrency: 0 }], [{ concurrency: -1 }, 'error spec.concurrency out-of-range']],
  PeerAuthentication: [
    [{ mtls: { mode: 'STRICT' } }],
    [{ portLevelMtls: { '80': {} } }, 'error spec.portLevelMtls conflicting-fields'],
  ],
  RequestAuthentication: [
    [jwt({ jwksUri: 'https://a.b/keys' })],
    [jwt({ jwks_uri: 'https://a.b/keys' })],
    [jwt({ jwksUri: 'ftp://a.b' }), 'error spec.jwtRules[0].jwksUri invalid-url'],
    [jwt({ jwks: 'x' }), 'error spec.jwtRules[0].jwks invalid-jwks'],
    [jwt({ jwks: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' }), 'warning spec.jwtRules[0].jwks private-key'],
  ],
  Telemetry: [
    [{ accessLogging: [{ filter: { expression: 'response.code >= 400' } }] }],
    [
      { accessLogging: [{ filter: { expression: 'response.code >=' } }] },
      'error spec.accessLogging[0].filter.expression invalid-cel',
    ],
    [{ tracing: [{ providers: [{ name: 'a' }, { name: 'b' }] }] }, 'warning spec.tracing[0].providers no-effect'],
  ],
  WasmPlugin: [
    [{ url: 'example.com/filter:1' }],
    [{ url: 'ftp://a' }, 'error spec.url invalid-url'],
    [{ url: 'oci://a/b', sha256: 'x' }, 'error spec.sha256 bad-format'],
  ],
  TrafficExtension: [[{ lua: { inlineCode: 'x' } }], [{}, 'error spec missing-field']],
  IstioOperator: [
    [{ profile: 'default', meshConfig: { trustDomain: 'a.b' } }],
    [{ meshConfig: { trustDomian: 'a' } }, 'error spec.meshConfig.trustDomian unknown-field'],
  ],
  ConfigMap: [[{ data: { mesh: 'no: matter' } }]],
  Service: [
    [{ ports: [{ port: 80 }] }],
    [{ ports: [{ port: 80 }, { port: 81, name: 'b' }] }, 'error spec.ports[0].name missing-field'],
    [{ type: 'ExternalName' }, 'error spec.externalName missing-field'],
  ],
  Endpoints: [
    [{ subsets: [{ addresses: [{ ip: '1.2.3.4' }] }] }],
    [{ subsets: [{ addresses: [{ ip: 'a' }] }] }, 'error subsets[0].addresses[0].ip invalid-address'],
  ],
  EndpointSlice: [
    [{ addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4'] }] }],
    [{ addressType: 'IPv4', endpoints: [{ addresses: ['::1'] }] }, 'error endpoints[0].addresses[0] invalid-address'],
  ],
  Secret: [[{ data: { a: 'eA==' } }], [{ data: { a: 'x' } }, 'error data.a bad-format']],
  Pod: [[{ containers: [{ name: 'a', livenessProbe: {} }] }]],
};

for (const [type, cases] of Object.entries(CASES) as [KindId, readonly Case[]][]) {
  describe(type, () => {
    for (const [spec, ...expected] of cases) {
      test(JSON.stringify(spec), () => assert.deepEqual(specIssues(type, spec), expected));
    }
  });
}

test('the mesh configuration is read where it stands', () => {
  const issues = specIssues('ConfigMap', { data: { mesh: 'conectTimeout: 10s' } }, { name: 'istio' });
  assert.deepEqual(issues, ['error data.mesh.conectTimeout unknown-field']);
});

test('kinds are found by every name they have', () => {
  assert.equal(kindOf('networking.istio.io', 'virtualservices')?.type, 'VirtualService');
  assert.equal(kindsNamed('vs')[0]?.type, 'VirtualService');
  assert.deepEqual(
    kindsNamed('gateways').map((row) => row.type),
    ['Gateway', 'KubernetesGateway'],
  );
  assert.equal(kindsNamed('gateways.networking.istio.io').length, 1);
  assert.equal(findKind('gateway.networking.k8s.io/v1beta1', 'HTTPRoute').ok, true);
});

test('names and paths are unique', () => {
  const names = KINDS.map((row) => `${row.group}/${row.plural}`);
  assert.equal(new Set(names).size, names.length);
  const vs = kindOf('networking.istio.io', 'vs');
  assert.ok(vs !== undefined);
  assert.equal(restPath(vs, 'ns', 'a'), '/apis/networking.istio.io/v1/namespaces/ns/virtualservices/a');
  assert.deepEqual(parseApiVersion('v1'), { group: '', version: 'v1' });
  assert.equal(parseApiVersion('a/b/c'), undefined);
});
