/** Which requests a case is asked, and on which of its listeners. */
import type { JsonObject } from '@bufbuild/protobuf';
import { type EdgeSet, list, object } from './edge.ts';
import type { GoldenRequest } from './golden-case.ts';

/** A request on a listener, as a client sends it. */
export interface Probe {
  readonly title: string;
  readonly listener: string;
  readonly method: string;
  /** The target: a path, or an absolute URL for the HTTP proxy. */
  readonly target: string;
  readonly authority: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the TLS handshake; undefined in clear text. */
  readonly serverName: string | undefined;
  /** What the case says of it; undefined for one that is derived from the routes. */
  readonly requested: GoldenRequest | undefined;
}

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';
const HTTP_PROXY_ROUTE = 'http_proxy';

/** One way into a route configuration. */
interface Door {
  readonly listener: string;
  readonly routes: JsonObject;
  readonly serverName: string | undefined;
}

/**
 * What the case asks, then one request for each virtual host and each plain path of a route.
 *
 * @param stranger a host that no virtual host names, and that can be reached
 */
export function probesOf(edge: EdgeSet, requests: readonly GoldenRequest[], stranger: string): readonly Probe[] {
  const doors = doorsOf(edge);
  const asked = requests.flatMap((request) => {
    const door = doors.find(({ routes }) => routes['name'] === request.route);
    if (door === undefined) throw new Error(`no listener leads to the route configuration ${request.route}`);
    return probe(door, request.name, request.authority, request);
  });
  return [...asked, ...doors.flatMap((door) => derived(door, stranger))];
}

function doorsOf({ json }: EdgeSet): Door[] {
  const routes = new Map(json.route.map((route) => [route['name'], route]));
  return json.listener.flatMap((listener) => {
    const chains = [...list(listener['filter_chains']), object(listener['default_filter_chain'])];
    return chains.flatMap((chain) =>
      list(chain['filters'])
        .filter((filter) => filter['name'] === HTTP_MANAGER)
        .map((filter): Door => {
          const manager = object(filter['typed_config']);
          const name = object(manager['rds'])['route_config_name'];
          const inline = object(manager['route_config']);
          return {
            listener: String(listener['name']),
            routes: routes.get(name) ?? inline,
            serverName: serverNameOf(chain),
          };
        }),
    );
  });
}

function serverNameOf(chain: JsonObject): string | undefined {
  if (chain['transport_socket'] === undefined) return undefined;
  const names = object(chain['filter_chain_match'])['server_names'];
  const first = Array.isArray(names) ? String(names[0]) : 'any.example.com';
  return first.replace(/^\*/, 'any');
}

function derived(door: Door, stranger: string): Probe[] {
  return list(door.routes['virtual_hosts']).flatMap((host) => {
    const domains = Array.isArray(host['domains']) ? host['domains'].map(String) : [];
    const authority = domains[0] === '*' ? stranger : concrete(domains[0] ?? '');
    const paths = new Set(['/', ...list(host['routes']).flatMap(({ match }) => pathsOf(object(match)))]);
    return [...paths].map((path) => probe(door, `${authority}${path}`, authority, { path }));
  });
}

function pathsOf(match: JsonObject): string[] {
  const said = match['path'] ?? match['prefix'] ?? match['path_separated_prefix'];
  return typeof said === 'string' ? [said] : [];
}

function concrete(domain: string): string {
  return domain.replace(/^\*[.-]?/, 'any.').replace(/\*$/, 'any');
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly scheme?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function probe(door: Door, title: string, authority: string, asked: Asked | GoldenRequest): Probe {
  const path = asked.path ?? '/';
  const throughProxy = door.routes['name'] === HTTP_PROXY_ROUTE;
  // In clear text a client's scheme is what the hop before said of it.
  const scheme: Record<string, string> =
    asked.scheme === 'https' && door.serverName === undefined ? { 'x-forwarded-proto': 'https' } : {};
  return {
    title: `${door.listener} ${String(door.routes['name'] ?? '')}: ${title}`,
    listener: door.listener,
    method: asked.method ?? 'GET',
    target: throughProxy ? `http://${authority}${path}` : path,
    authority,
    headers: { ...asked.headers, ...scheme },
    serverName: door.serverName,
    requested: 'expect' in asked ? asked : undefined,
  };
}
