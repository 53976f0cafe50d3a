import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeObject } from '../decode.ts';
import type { JsonObject } from '../json.ts';
import type { KindId } from '../resource.ts';
import { specIssues } from '../test-support/spec-issues.ts';

type Case = readonly [spec: JsonObject, ...expected: string[]];

const rule = (more: JsonObject): JsonObject => ({ rules: [more] });
const TO = { name: 's', port: 80 };
const listener = (more: JsonObject): JsonObject => ({
  gatewayClassName: 'c',
  listeners: [{ name: 'l', port: 80, protocol: 'HTTP', ...more }],
});
const at = 'error spec.rules[0]';
const redirect = { type: 'RequestRedirect', requestRedirect: { scheme: 'https' } };
const certificate = { targetRefs: [{ group: '', kind: 'Service', name: 's' }] };

/** A good spec of each kind, then what the CRD's rules refuse. */
const CASES: Readonly<Partial<Record<KindId, readonly Case[]>>> = {
  HTTPRoute: [
    [rule({ backendRefs: [TO], timeouts: { request: '1s', backendRequest: '500ms' } })],
    [rule({ backendRefs: [{ name: 's' }] }), `${at}.backendRefs[0].port missing-field`],
    [rule({ matches: [{ path: { type: 'Exact', value: 'a' } }] }), `${at}.matches[0].path.value invalid-path`],
    [rule({ matches: [{ path: { value: '/a//b' } }] }), `${at}.matches[0].path.value invalid-path`],
    [
      rule({
        matches: [
          {
            headers: [
              { name: 'a', value: 'b' },
              { name: 'a', value: 'c' },
            ],
          },
        ],
      }),
      `${at}.matches[0].headers[1].name duplicate`,
    ],
    [rule({ filters: [redirect], backendRefs: [TO] }), `${at}.filters conflicting-fields`],
    [rule({ filters: [redirect, redirect] }), `${at}.filters[1] duplicate`],
    [rule({ filters: [{ type: 'URLRewrite' }] }), `${at}.filters[0].urlRewrite missing-field`],
    [rule({ timeouts: { request: '1s', backendRequest: '2s' } }), `${at}.timeouts.backendRequest out-of-range`],
    [rule({ timeouts: { request: '1us' } }), `${at}.timeouts.request wrong-type`],
    [{ parentRefs: [{ name: 'g' }, { name: 'g' }] }, 'error spec.parentRefs[1] duplicate'],
    [
      {
        parentRefs: [
          { name: 'g', sectionName: 'a' },
          { name: 'g', port: 80 },
        ],
      },
      'error spec.parentRefs[1] missing-field',
    ],
  ],
  GRPCRoute: [
    [rule({ backendRefs: [TO], matches: [{ method: { service: 'a.B', method: 'C' } }] })],
    [rule({ matches: [{ method: { service: 'a-b' } }] }), `${at}.matches[0].method.service invalid-name`],
    [
      rule({ sessionPersistence: { type: 'Header', cookie: {} } }),
      `${at}.sessionPersistence.cookie conflicting-fields`,
      `${at}.sessionPersistence.header missing-field`,
    ],
  ],
  TCPRoute: [[rule({ backendRefs: [TO] })]],
  UDPRoute: [[rule({ backendRefs: [{ name: 's' }] }), `${at}.backendRefs[0].port missing-field`]],
  TLSRoute: [[{ hostnames: ['1.2.3.4'], ...rule({ backendRefs: [TO] }) }, 'error spec.hostnames[0] invalid-host']],
  KubernetesGateway: [
    [listener({})],
    [
      listener({ tls: {} }),
      'error spec.listeners[0].tls conflicting-fields',
      'error spec.listeners[0].tls.certificateRefs missing-field',
    ],
    [
      { ...listener({}), tls: { frontend: { default: { validation: { caCertificateRefs: [{ name: 'ca' }] } } } } },
      'error spec.tls.frontend.default.validation.caCertificateRefs[0].group missing-field',
      'error spec.tls.frontend.default.validation.caCertificateRefs[0].kind missing-field',
    ],
    [listener({ protocol: 'TLS' }), 'error spec.listeners[0].tls missing-field'],
    [listener({ protocol: 'TCP', hostname: 'a.b' }), 'error spec.listeners[0].hostname conflicting-fields'],
  ],
  BackendTLSPolicy: [
    [{ ...certificate, validation: { hostname: 'a.b', wellKnownCACertificates: 'System' } }],
    [{ ...certificate, validation: { hostname: 'a.b' } }, 'error spec.validation missing-field'],
  ],
  ReferenceGrant: [[{ from: [{ group: 'g', kind: 'K', namespace: 'n' }], to: [{ group: '', kind: 'Secret' }] }]],
  GatewayClass: [[{ controllerName: 'example.com/controller' }]],
};

test('a TLSRoute of v1alpha2 may leave its hostnames out', () => {
  const issues = (version: string): readonly string[] =>
    decodeObject({
      apiVersion: `gateway.networking.k8s.io/${version}`,
      kind: 'TLSRoute',
      metadata: { name: 'x', namespace: 'ns' },
      spec: rule({ backendRefs: [TO] }),
    }).issues.map(({ at: place, code }) => `${place} ${code}`);
  assert.deepEqual(issues('v1alpha2'), []);
  assert.deepEqual(issues('v1alpha3'), ['spec.hostnames missing-field']);
});

for (const [type, cases] of Object.entries(CASES) as [KindId, readonly Case[]][]) {
  describe(type, () => {
    for (const [spec, ...expected] of cases) {
      test(JSON.stringify(spec), () => assert.deepEqual(specIssues(type, spec), expected));
    }
  });
}
