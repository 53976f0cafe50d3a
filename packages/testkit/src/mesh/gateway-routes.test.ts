import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './answer.ts';
import { loadMesh } from './load-mesh.ts';

/** Services a, b (on 80 and 8081) and c (in `other`), TCP service d, each with a workload; and the gateway's pod. */
const MESH = [
  { name: 'a', namespace: 'default', ports: '{ name: http, port: 80 }' },
  { name: 'b', namespace: 'default', ports: '{ name: http, port: 80 }, { name: http-alt, port: 8081 }' },
  { name: 'c', namespace: 'other', ports: '{ name: http, port: 80 }' },
  { name: 'd', namespace: 'default', ports: '{ name: tcp, port: 9000 }' },
]
  .map(
    ({ name, namespace, ports }, i) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: { clusterIP: 10.96.0.${i + 1}, selector: { app: ${name} }, ports: [${ports}] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec: { template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: app }] } } }
---`,
  )
  .join('')
  .concat(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: default }
spec: { template: { metadata: { labels: { istio: ingressgateway } }, spec: { containers: [{ name: app }] } } }
---`);

const to = (host: string, port?: number): string =>
  `route: [{ destination: { host: ${host}.svc.cluster.local${port === undefined ? '' : `, port: { number: ${port} }`} } }]`;
const A = to('a.default');
const B = to('b.default', 80);
const C = to('c.other');
const D = to('d.default');

interface Place {
  readonly namespace?: string;
  readonly created?: string;
}

let names = 0;

function object(
  kind: string,
  spec: string,
  name: string,
  { namespace = 'default', created = '2026' }: Place = {},
): string {
  return `
apiVersion: networking.istio.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace}, creationTimestamp: "${created}-01-01T00:00:00Z" }
spec: ${spec}
---`;
}

const gateway = (servers: string, name = 'g'): string =>
  object('Gateway', `{ selector: { istio: ingressgateway }, servers: [${servers}] }`, name);
const http = (hosts: string, number = 80, more = ''): string =>
  `{ port: { number: ${number}, name: http-${number}, protocol: HTTP }, hosts: [${hosts}]${more} }`;
const ANY = http('"*"');

/** A VirtualService of gateway g in `default`. */
function routes(hosts: string, rules: string, place: Place = {}, gateways = 'default/g'): string {
  return object(
    'VirtualService',
    `{ hosts: [${hosts}], gateways: [${gateways}], http: [${rules}] }`,
    `vs-${names++}`,
    place,
  );
}

const TLS = gateway(
  '{ port: { number: 443, name: tls, protocol: TLS }, hosts: ["*.example"], tls: { mode: PASSTHROUGH } }',
);
const layer4 = (rules: string): string =>
  object('VirtualService', `{ hosts: ["*.example"], gateways: [g], ${rules} }`, 'layer4');

type Case = readonly [title: string, config: string, ...asks: readonly (readonly [url: string, answer: string])[]];

const CASES: readonly Case[] = [
  ['a gateway without routes is 404 NR', gateway(ANY), ['http://x.example/', '404 NR']],
  [
    'the port in the host says nothing',
    gateway(ANY) + routes('x.example', `{ ${A} }`),
    ['http://x.example:80/', '80 a'],
    ['http://X.Example/', '80 a'],
  ],
  [
    'rules of several VirtualServices stand oldest first, those that take everything last',
    gateway(ANY) +
      routes('x.example', `{ match: [{ uri: { prefix: / } }], ${A} }`, { created: '2020' }) +
      routes('x.example', `{ match: [{ uri: { prefix: /p } }], ${B} }`, { created: '2021' }) +
      routes('x.example', `{ match: [{ uri: { prefix: /p } }], ${C} }`, { created: '2022' }),
    ['http://x.example/p', '80 b'],
    ['http://x.example/q', '80 a'],
  ],
  [
    'the narrower of the two hosts counts, whichever has it',
    gateway(http('"*.example", only.org')) + routes('"*"', `{ ${A} }`) + routes('x.example', `{ ${B} }`),
    ['http://x.example/', '80 b'],
    ['http://y.example/', '80 a'],
    ['http://only.org/', '80 a'],
    ['http://other.org/', '404 NR'],
  ],
  [
    'a more specific host has its own rules only',
    gateway(ANY) + routes('"*"', `{ ${A} }`) + routes('x.example', `{ match: [{ uri: { prefix: /p } }], ${B} }`),
    ['http://x.example/q', '404 NR'],
    ['http://y.example/q', '80 a'],
  ],
  [
    'a host with a namespace takes VirtualServices from there only',
    gateway(`${http('"other/*"')}, ${http('"./*"', 8080)}`) +
      routes('x.example', `{ ${A} }`) +
      routes('y.example', `{ ${C} }`, { namespace: 'other' }),
    ['http://x.example/', '404 NR'],
    ['http://y.example/', '80 c'],
    ['http://x.example:8080/', '80 a'],
    ['http://y.example:8080/', '404 NR'],
  ],
  [
    'a gateway without a namespace is of the VirtualService’s own',
    gateway(ANY) + routes('x.example', `{ ${C} }`, { namespace: 'other' }, 'g'),
    ['http://x.example/', '404 NR'],
  ],
  [
    'httpsRedirect is for the hosts of its server',
    gateway(http('x.example', 80, ', tls: { httpsRedirect: true }')) +
      gateway(http('y.example'), 'h') +
      routes('x.example', `{ ${A} }`) +
      routes('y.example', `{ ${B} }`, {}, 'h'),
    ['http://x.example/p', '301 https://x.example/p'],
    ['http://y.example/', '80 b'],
  ],
  [
    'gateways and ports of a match count, labels of the caller do not where none can be known',
    gateway(`${ANY}, ${http('"*"', 8080)}`) +
      routes(
        'x.example',
        `{ match: [{ gateways: [mesh] }], ${C} }, { match: [{ sourceLabels: { app: z } }], ${C} }, { match: [{ port: 8080 }], ${B} }, { ${A} }`,
        {},
        'g, mesh',
      ),
    ['http://x.example/', '80 a'],
    ['http://x.example:8080/', '80 b'],
  ],
  [
    'without a port the destination’s only one is meant, else the gateway’s own',
    gateway(http('"*"', 8080)) + routes('x.example', `{ ${A} }`) + routes('y.example', `{ ${to('b.default')} }`),
    ['http://x.example:8080/', '80 a'],
    ['http://y.example:8080/', '503 NC'],
  ],
  [
    'a delegate of another namespace, and one that is not there',
    gateway(ANY) +
      routes(
        'x.example',
        `{ match: [{ uri: { prefix: /p } }], delegate: { name: part, namespace: other } }, { match: [{ uri: { prefix: /q } }], delegate: { name: gone } }`,
      ) +
      object('VirtualService', `{ http: [{ match: [{ uri: { prefix: /p/c } }], ${C} }, { ${A} }] }`, 'part', {
        namespace: 'other',
      }),
    ['http://x.example/p/c', '80 c'],
    ['http://x.example/p/d', '80 a'],
    ['http://x.example/q', '404 NR'],
  ],
  [
    'TLS is passed on by its server name',
    TLS +
      layer4(
        `tls: [{ match: [{ sniHosts: [x.example] }], ${D} }, { match: [{ sniHosts: ["*.example"], port: 443 }], ${to('d.default', 9000)} }]`,
      ),
    ['tls://x.example:443', '9000 d'],
    ['tls://y.example:443', '9000 d'],
    ['tls://x.org:443', 'refused'],
  ],
  [
    'a TLS rule for another port takes nothing',
    TLS + layer4(`tls: [{ match: [{ sniHosts: ["*.example"], port: 8443 }], ${D} }]`),
    ['tls://x.example:443', 'refused'],
  ],
  [
    'TCP goes where the only destination with a weight is',
    gateway('{ port: { number: 31400, name: tcp, protocol: TCP }, hosts: ["*"] }') +
      layer4(
        'tcp: [{ route: [{ destination: { host: nowhere }, weight: 0 }, { destination: { host: d.default.svc.cluster.local }, weight: 5 }] }]',
      ),
    ['tcp://x.example:31400', '9000 d'],
  ],
];

function show(answer: Answer): string {
  if (answer.kind === 'forward') return answer.cluster.replace(/^outbound\|(\d+)\|\|(\w+)\..*$/, '$1 $2');
  if (answer.kind === 'redirect') return `${answer.status} ${answer.location}`;
  return answer.kind === 'reply' ? `${answer.status} ${answer.flag ?? ''}` : answer.kind;
}

for (const [title, config, ...asks] of CASES) {
  test(title, async () => {
    const mesh = await loadMesh({ yaml: `${MESH}${config}` });
    for (const [url, expected] of asks) {
      assert.equal(show(await mesh.request({ from: 'outside', url })), expected, url);
    }
  });
}
