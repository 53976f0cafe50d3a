/**
 * Cost of a routing decision, for tables of 10 and 10 000 routes of the usual shapes, and of the recorder that is not there.
 * Run: node bench/src/micro/plan-request.bench.ts
 */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { seededRandom } from '@weft/base';
import { compileRouteTable, explainRequest, planRequest, type RequestHead, type RouteTable } from '@weft/engine';
import type { RouteSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { measure } from './measure.ts';

type RouteInit = MessageInitShape<typeof RouteSchema>;
type HostInit = NonNullable<MessageInitShape<typeof RouteConfigurationSchema>['virtualHosts']>[number];

interface Shape {
  readonly name: string;
  readonly hosts: (count: number) => HostInit[];
  readonly head: (i: number) => {
    readonly path: string;
    readonly authority: string;
    readonly extra: readonly string[];
  };
}

const HEADERS: readonly string[] = [
  'user-agent',
  'bench/1.0',
  'accept',
  'application/json',
  'accept-encoding',
  'gzip, br',
  'x-request-id',
  '7f9c2ba4-e88f-4b8e-9b4e',
  'x-forwarded-for',
  '10.0.0.7',
  'x-forwarded-proto',
  'http',
  'authorization',
  'Bearer abc',
  'cookie',
  'a=1; b=2',
  'traceparent',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'x-tenant',
  'blue',
  'content-type',
  'application/json',
  'content-length',
  '42',
];

function forward(
  pathSpecifier: NonNullable<NonNullable<RouteInit['match']>['pathSpecifier']>,
  name: string,
  headers: { name: string; value: string }[] = [],
): RouteInit {
  return {
    name,
    match: {
      pathSpecifier,
      headers: headers.map((header) => ({
        name: header.name,
        headerMatchSpecifier: { case: 'exactMatch', value: header.value },
      })),
    },
    action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: `outbound|80||${name}` } } },
  };
}

function oneHost(routes: RouteInit[]): HostInit[] {
  return [{ name: 'all', domains: ['*'], routes }];
}

function numbered(count: number, make: (i: number) => RouteInit): RouteInit[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

const SHAPES: readonly Shape[] = [
  {
    name: 'exact paths',
    hosts: (count) =>
      oneHost(numbered(count, (i) => forward({ case: 'path', value: `/api/service-${i}/items` }, `s${i}`))),
    head: (i) => ({ path: `/api/service-${i}/items?page=2`, authority: 'api.example.com', extra: [] }),
  },
  {
    name: 'prefixes',
    hosts: (count) =>
      oneHost(numbered(count, (i) => forward({ case: 'prefix', value: `/api/service-${i}/` }, `s${i}`))),
    head: (i) => ({ path: `/api/service-${i}/items/17?page=2`, authority: 'api.example.com', extra: [] }),
  },
  {
    name: 'prefixes with a header each, then a catch-all',
    hosts: (count) =>
      oneHost([
        ...numbered(count, (i) =>
          forward({ case: 'prefix', value: `/api/service-${i}/` }, `s${i}`, [{ name: 'canary', value: 'true' }]),
        ),
        forward({ case: 'prefix', value: '/' }, 'rest'),
      ]),
    head: (i) => ({
      path: `/api/service-${i}/items`,
      authority: 'api.example.com',
      extra: i % 2 === 0 ? ['canary', 'true'] : [],
    }),
  },
  {
    name: 'regular expressions with a beginning of their own',
    hosts: (count) =>
      oneHost(
        numbered(count, (i) =>
          forward({ case: 'safeRegex', value: { regex: `/api/service-${i}/v[0-9]+/.*` } }, `s${i}`),
        ),
      ),
    head: (i) => ({ path: `/api/service-${i}/v2/items`, authority: 'api.example.com', extra: [] }),
  },
  {
    name: 'a virtual host each',
    hosts: (count) =>
      Array.from({ length: count }, (_, i) => ({
        name: `s${i}`,
        domains: [`s${i}.shop.svc.cluster.local`, `s${i}.shop`],
        routes: [forward({ case: 'prefix', value: '/' }, `s${i}`)],
      })),
    head: (i) => ({ path: '/items', authority: `s${i}.shop.svc.cluster.local:8080`, extra: [] }),
  },
];

function tableOf(shape: Shape, count: number): RouteTable {
  const message = create(RouteConfigurationSchema, {
    name: shape.name,
    ignorePortInHostMatching: true,
    virtualHosts: shape.hosts(count),
  });
  const start = performance.now();
  const decoded = compileRouteTable(message);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.issues));
  if (count >= 10_000) console.log(`${shape.name}: compiled ${count} in ${(performance.now() - start).toFixed(0)} ms`);
  return decoded.value;
}

/** 512 heads over the whole table, in no order, each with strings of its own as a parser would make them. */
function headsOf(shape: Shape, count: number): readonly RequestHead[] {
  const random = seededRandom(5);
  return Array.from({ length: 512 }, () => {
    const { path, authority, extra } = shape.head(random.below(count));
    return { method: 'GET', path, authority, scheme: 'http', headers: [...HEADERS, ...extra] };
  });
}

/** A parser slices a fresh string out of each request, whose hash is not known yet: measured with, not without. */
function fresh(text: string): string {
  return ` ${text}`.slice(1);
}

const random = seededRandom(1);
for (const shape of SHAPES) {
  for (const count of [10, 10_000]) {
    const table = tableOf(shape, count);
    const heads = headsOf(shape, count);
    measure(`${shape.name}: ${count}`, (turn) => {
      const { path, authority, headers } = heads[turn & 511]!;
      const head = { method: 'GET', path: fresh(path), authority: fresh(authority), scheme: 'http', headers };
      return planRequest(table, head, random).kind.length;
    });
  }
}

const shape = SHAPES[2]!;
const table = tableOf(shape, 10);
const heads = headsOf(shape, 10);
measure(
  'explainRequest, 11 routes (for comparison)',
  (turn) => explainRequest(table, heads[turn & 511]!, random).routes.length,
  20_000,
);
