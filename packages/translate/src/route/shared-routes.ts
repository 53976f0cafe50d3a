import { type Labels, type Service, sameItems, type VirtualService } from '@weft/mesh';
import type { Route, VirtualHost } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { observe } from '../per-node.ts';
import type { RouteContext } from './context.ts';
import { httpRoutes } from './http-route.ts';

/** Whether another context gives the answer that was given. */
type Asked = (other: RouteContext) => boolean;

interface Entry {
  readonly listenPort: number;
  readonly gateways: RouteContext['gateways'];
  readonly isTls: boolean;
  readonly mesh: RouteContext['mesh'];
  readonly asked: readonly Asked[];
  readonly routes: readonly Route[];
}

const MOST_PER_OBJECT = 32;
const byVirtualService = new WeakMap<VirtualService, Entry[]>();

/**
 * `httpRoutes`, made once for all contexts that answer what it asked in the same way: of a service its definition and ports count, of a
 * client the labels and the namespace that were looked at. The same routes are the same array.
 */
export function sharedHttpRoutes(virtualService: VirtualService, context: RouteContext): readonly Route[] {
  const entries = byVirtualService.get(virtualService) ?? [];
  byVirtualService.set(virtualService, entries);
  const { listenPort, gateways, isTls, mesh } = context;
  const known = entries.find(
    (entry) =>
      entry.listenPort === listenPort &&
      entry.mesh === mesh &&
      entry.gateways === gateways &&
      entry.isTls === isTls &&
      entry.asked.every((same) => same(context)),
  );
  if (known !== undefined) return known.routes;
  const asked: Asked[] = [];
  const routes = httpRoutes(virtualService, noting(context, asked));
  if (entries.length >= MOST_PER_OBJECT) entries.shift();
  entries.push({ listenPort, gateways, isTls, mesh, asked, routes });
  return routes;
}

function noting(context: RouteContext, asked: Asked[]): RouteContext {
  const { labels, namespace, dataPlane } = context.node;
  return {
    ...context,
    node: {
      get namespace() {
        asked.push((other) => other.node.namespace === namespace);
        return namespace;
      },
      get dataPlane() {
        asked.push((other) => other.node.dataPlane === dataPlane);
        return dataPlane;
      },
      labels: observe(
        labels,
        (name) => asked.push((other) => other.node.labels[name] === labels[name]),
        () => asked.push((other) => sameLabels(other.node.labels, labels)),
      ),
    },
    service(hostname) {
      const found = context.service(hostname);
      asked.push((other) => sameService(other.service(hostname), found));
      return found;
    },
    hash(destination) {
      const found = context.hash(destination);
      asked.push((other) => other.hash(destination) === found);
      return found;
    },
  };
}

function sameLabels(a: Labels, b: Labels): boolean {
  const text = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
  return text(a) === text(b);
}

function sameService(a: Service | undefined, b: Service | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.definition === b.definition && sameItems(a.ports, b.ports);
}

const byFirstHost = new WeakMap<VirtualHost, Map<string, WeakRef<RouteConfiguration>[]>>();

/** `made`, or a configuration from before that has its name and the very same virtual hosts, so that it need not be encoded again. */
export function sameConfiguration(made: RouteConfiguration): RouteConfiguration {
  const [first] = made.virtualHosts;
  if (first === undefined) return made;
  const key = `${made.name} ${made.ignorePortInHostMatching}`;
  const byName = byFirstHost.get(first) ?? new Map<string, WeakRef<RouteConfiguration>[]>();
  byFirstHost.set(first, byName);
  const alive = (byName.get(key) ?? []).filter((ref) => ref.deref() !== undefined);
  for (const ref of alive) {
    const known = ref.deref();
    if (known !== undefined && sameItems(known.virtualHosts, made.virtualHosts)) return known;
  }
  byName.set(key, [...alive, new WeakRef(made)]);
  return made;
}
