import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './answer.ts';
import { loadMesh } from './load-mesh.ts';

/** Services a, b (with a second port) in `default`, c in `other`, each with a workload. */
const SERVICES = ['a', 'b', 'c']
  .map(
    (name, i) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${name === 'c' ? 'other' : 'default'} }
spec:
  clusterIP: 10.96.0.${i + 1}
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: 8080 }${name === 'b' ? ', { name: http-alt, port: 8081 }' : ''}]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${name === 'c' ? 'other' : 'default'} }
spec:
  template: { metadata: { labels: { app: ${name}, version: v1 } }, spec: { containers: [{ name: app }] } }
---`,
  )
  .join('');

const A = 'route: [{ destination: { host: a } }]';
const B = 'route: [{ destination: { host: b, port: { number: 80 } } }]';
const C = 'route: [{ destination: { host: c } }]';

interface Place {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly created?: string;
}

function object(
  spec: string,
  { kind = 'VirtualService', name = 'vs', namespace = 'default', created }: Place = {},
): string {
  const time = created === undefined ? '' : `, creationTimestamp: "${created}-01-01T00:00:00Z"`;
  return `
apiVersion: networking.istio.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace}${time} }
spec: ${spec}
---`;
}

/** A VirtualService for b. */
const forB = (...http: readonly string[]): string =>
  object(`{ hosts: [b], http: [${http.map((rule) => `{ ${rule} }`).join(', ')}] }`);
const when = (match: string, rule = A): string => `match: [{ ${match} }], ${rule}`;

type Ask = readonly [request: string, answer: string];
type Case = readonly [title: string, config: string, ...asks: readonly Ask[]];

/** `GET http://b/` unless said: `POST host/path name=value`. */
function requestOf(text: string): { url: string; method: string; headers: Readonly<Record<string, string>> } {
  const [method = '', url = '', ...headers] = text.split(' ');
  const pairs = headers.map((header): readonly [string, string] => {
    const at = header.indexOf('=');
    return [header.slice(0, at), header.slice(at + 1)];
  });
  return { method, url: `http://${url}`, headers: Object.fromEntries(pairs) };
}

/** `a /path host`, `301 location` or `503 NC`. */
function show(answer: Answer): string {
  switch (answer.kind) {
    case 'forward':
      return `${answer.cluster.replace(/^outbound\|(\d+)\|(\w*)\|(\w+)\..*$/, '$1 $2 $3').replace('  ', ' ')} ${answer.path} ${answer.authority}`;
    case 'redirect':
      return `${answer.status} ${answer.location}`;
    case 'reply':
      return `${answer.status} ${answer.flag ?? ''}`.trim();
    default:
      return answer.reason;
  }
}

const sidecar = (spec: string): string => object(spec, { kind: 'Sidecar', name: 'default' });
const rule = (name: string, spec: string, created = '2026'): string =>
  object(spec, { kind: 'DestinationRule', name, created });
const subset = (name: string): string => `{ name: ${name}, labels: { version: ${name} } }`;

const CASES: readonly Case[] = [
  [
    'what leads nowhere is 503 NC',
    forB(
      when('uri: { exact: /subset }', 'route: [{ destination: { host: b, subset: v1 } }]'),
      when('uri: { exact: /host }', 'route: [{ destination: { host: nowhere } }]'),
      when('uri: { exact: /port }', 'route: [{ destination: { host: b, port: { number: 9 } } }]'),
    ),
    ['GET b/subset', '503 NC'],
    ['GET b/host', '503 NC'],
    ['GET b/port', '503 NC'],
    ['GET b/else', '404 NR'],
  ],
  [
    'the weight of an only destination is not asked',
    forB('route: [{ destination: { host: a }, weight: 0 }]'),
    ['GET b/', '80 a / b'],
  ],
  [
    'rules that are all for another port, caller or gateway leave the service alone',
    forB(when('port: 8081'), when('sourceLabels: { app: z }'), when('sourceNamespace: other'), when('gateways: [g]')),
    ['GET b/', '80 b / b'],
    ['GET b:8081/', '80 a / b:8081'],
  ],
  [
    'the source counts only where no gateways are said',
    forB(when('gateways: [mesh], sourceLabels: { app: z }')),
    ['GET b/', '80 a / b'],
  ],
  [
    'a prefix is one of characters, its rewrite too',
    forB(
      when('uri: { prefix: /foo }', `rewrite: { uri: / }, ${A}`),
      when('uri: { prefix: /bar/ }', `rewrite: { uri: / }, ${A}`),
    ),
    ['GET b/foobar', '80 a /bar b'],
    ['GET b/foo/x', '80 a //x b'],
    ['GET b/bar/x', '80 a /x b'],
    ['GET b/FOO', '404 NR'],
  ],
  [
    'the case of a path is ignored for exact and prefix, not for a regex',
    forB(when('uri: { prefix: /foo }, ignoreUriCase: true'), when('uri: { regex: "/Re.*" }, ignoreUriCase: true')),
    ['GET b/FoO', '80 a /FoO b'],
    ['GET b/re', '404 NR'],
  ],
  [
    'a regex rewrite keeps the query',
    forB(`rewrite: { uriRegexRewrite: { match: "^/s/([^/]+)(/.*)$", rewrite: '\\2/i/\\1' } }, ${A}`),
    ['GET b/s/foo/v1?x=1', '80 a /v1/i/foo?x=1 b'],
  ],
  [
    'withoutHeaders passes what is absent unless the pattern matches the empty text',
    forB(
      when('uri: { exact: /1 }, withoutHeaders: { x: { exact: "1" } }'),
      when('uri: { exact: /2 }, withoutHeaders: { x: {} }'),
      when('uri: { exact: /3 }, withoutHeaders: { x: { regex: ".*" } }'),
      B,
    ),
    ['GET b/1', '80 a /1 b'],
    ['GET b/1 x=1', '80 b /1 b'],
    ['GET b/1 x=2', '80 a /1 b'],
    ['GET b/2', '80 a /2 b'],
    ['GET b/2 x=', '80 b /2 b'],
    ['GET b/3', '80 b /3 b'],
  ],
  [
    'an empty match is presence, in headers and in the query',
    forB(when('headers: { x: {} }'), when('queryParams: { q: {} }'), when('queryParams: { k: { exact: "" } }'), B),
    ['GET b/', '80 b / b'],
    ['GET b/ x=', '80 a / b'],
    ['GET b/?q', '80 a /?q b'],
    ['GET b/?k=', '80 a /?k= b'],
    ['GET b/?k=1', '80 b /?k=1 b'],
  ],
  [
    'a redirect keeps the port unless the scheme’s own is meant',
    forB(
      when('uri: { exact: /asked }', 'redirect: { scheme: https, derivePort: FROM_REQUEST_PORT }'),
      when('uri: { exact: /443 }', 'redirect: { scheme: https, port: 443 }'),
      when('uri: { prefix: /old }', 'redirect: { prefixRewrite: /new, redirectCode: 308 }'),
    ),
    ['GET b/asked', '301 https://b:80/asked'],
    ['GET b:8081/asked', '301 https://b:8081/asked'],
    ['GET b/443', '301 https://b/443'],
    ['GET b/old/x?q=1', '308 http://b/new/x?q=1'],
  ],
  [
    'host and :authority rewrite the host, and the route beats the destination',
    forB(
      `match: [{ uri: { exact: /route } }], headers: { request: { set: { Host: r.example } } },
         route: [{ destination: { host: a }, headers: { request: { set: { ":authority": d.example } } } }]`,
      'route: [{ destination: { host: a }, headers: { request: { set: { ":authority": d.example } } } }]',
    ),
    ['GET b/route', '80 a /route r.example'],
    ['GET b/', '80 a / d.example'],
  ],
  [
    'of two VirtualServices for one host of the mesh the older wins alone',
    object(`{ hosts: [b], http: [{ ${when('uri: { exact: /x }')} }] }`, { name: 'young', created: '2026' }) +
      object(`{ hosts: [b], http: [{ ${B} }] }`, { name: 'old', created: '2025' }),
    ['GET b/x', '80 b /x b'],
  ],
  [
    'a more specific host wins whatever its age',
    object(`{ hosts: ["*.default.svc.cluster.local"], http: [{ ${A} }] }`, { name: 'wild', created: '2020' }) +
      object(`{ hosts: [b], http: [{ ${when('uri: { exact: /x }', B)} }] }`, { name: 'exact', created: '2026' }),
    ['GET b/x', '80 b /x b'],
    ['GET b/y', '404 NR'],
  ],
  [
    'exportTo: what is private stays so, and one’s own goes first',
    object(`{ hosts: [b.default.svc.cluster.local], http: [{ ${C} }] }`, { namespace: 'other', created: '2020' }) +
      object(`{ hosts: [b], exportTo: ["."], http: [{ ${A} }] }`, { created: '2026' }),
    ['GET b/', '80 a / b'],
  ],
  [
    'exportTo: nobody else sees it',
    object(`{ hosts: [b.default.svc.cluster.local], exportTo: ["."], http: [{ ${C} }] }`, { namespace: 'other' }),
    ['GET b/', '80 b / b'],
  ],
  [
    'a host that no service has is routed on port 80',
    object(`{ hosts: [virtual.example], http: [{ ${A} }] }`),
    ['GET virtual.example/', '80 a / virtual.example'],
    ['GET virtual.example:8081/', 'PassthroughCluster / virtual.example:8081'],
  ],
  [
    'a delegate narrows its root, what it widens has no effect',
    forB(when('uri: { prefix: /p }', 'delegate: { name: part }'), B) +
      object(`{ http: [{ ${when('uri: { prefix: /p/x }')} }, { ${when('uri: { prefix: /q }')} }] }`, { name: 'part' }),
    ['GET b/p/x', '80 a /p/x b'],
    ['GET b/p/y', '80 b /p/y b'],
    ['GET b/q', '80 b /q b'],
  ],
  [
    'a Sidecar hides hosts and takes namespaces out again',
    sidecar('{ egress: [{ hosts: ["*/*", "~other/*"] }], outboundTrafficPolicy: { mode: REGISTRY_ONLY } }'),
    ['GET b/', '80 b / b'],
    ['GET c.other/', '502'],
    ['GET unknown.example/', '502'],
  ],
  [
    'the short name is for the same namespace only',
    '',
    ['GET c/', 'PassthroughCluster / c'],
    ['GET c.other/', '80 c / c.other'],
    ['GET c.other.svc/', '80 c / c.other.svc'],
  ],
  [
    'the most specific DestinationRule counts alone',
    rule('wild', `{ host: "*.default.svc.cluster.local", subsets: [${subset('v1')}] }`) +
      rule('exact', '{ host: b, trafficPolicy: { loadBalancer: { simple: RANDOM } } }') +
      forB('route: [{ destination: { host: b, subset: v1 } }]'),
    ['GET b/', '503 NC'],
  ],
  [
    'subsets of rules for one host come together; one without workloads is 503 UH',
    rule('one', `{ host: b, subsets: [${subset('v1')}] }`) +
      rule('two', `{ host: b, subsets: [${subset('v2')}] }`, '2027') +
      forB(
        when('uri: { exact: /2 }', 'route: [{ destination: { host: b, subset: v2 } }]'),
        'route: [{ destination: { host: b, subset: v1 } }]',
      ),
    ['GET b/', '80 v1 b / b'],
    ['GET b/2', '503 UH'],
  ],
];

for (const [title, config, ...asks] of CASES) {
  test(title, async () => {
    const mesh = await loadMesh({ yaml: `${SERVICES}${config}` });
    for (const [request, expected] of asks) {
      assert.equal(show(await mesh.request({ from: 'a', ...requestOf(request) })), expected, request);
    }
  });
}
