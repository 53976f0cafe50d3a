import { formatTable } from '../output/table.ts';
import { at, items, text } from './json-walk.ts';

/** The parts of Envoy's /config_dump, by the last part of their `@type`. Field names are snake_case (envoy.admin.v3). */
export function dumpPart(dump: unknown, type: string): unknown {
  return items(at(dump, 'configs')).find((config) => text(at(config, '@type')).endsWith(`.${type}`));
}

export function listenersOf(dump: unknown): readonly unknown[] {
  const part = dumpPart(dump, 'ListenersConfigDump');
  return [
    ...items(at(part, 'static_listeners')).map((entry) => at(entry, 'listener')),
    ...items(at(part, 'dynamic_listeners')).map((entry) => at(entry, 'active_state', 'listener')),
  ].filter((listener) => listener !== undefined);
}

export function routesOf(dump: unknown): readonly unknown[] {
  const part = dumpPart(dump, 'RoutesConfigDump');
  return [...items(at(part, 'static_route_configs')), ...items(at(part, 'dynamic_route_configs'))].map((entry) =>
    at(entry, 'route_config'),
  );
}

export function clustersOf(dump: unknown): readonly unknown[] {
  const part = dumpPart(dump, 'ClustersConfigDump');
  return [...items(at(part, 'static_clusters')), ...items(at(part, 'dynamic_active_clusters'))].map((entry) =>
    at(entry, 'cluster'),
  );
}

export function listenerTable(dump: unknown): string {
  const rows = listenersOf(dump).map((listener) => {
    const address = at(listener, 'address', 'socket_address');
    const chains = items(at(listener, 'filter_chains'));
    const filters = chains.flatMap((chain) => items(at(chain, 'filters')).map(describeFilter));
    return [
      text(at(listener, 'name')),
      `${text(at(address, 'address'))}:${text(at(address, 'port_value'))}`,
      String(chains.length),
      filters.join(', '),
    ];
  });
  return formatTable(['LISTENER', 'ADDRESS', 'CHAINS', 'LEADS TO'], rows);
}

function describeFilter(filter: unknown): string {
  const config = at(filter, 'typed_config');
  const route = text(at(config, 'rds', 'route_config_name')) || text(at(config, 'route_config', 'name'));
  if (route !== '') return `route ${route}`;
  const cluster = text(at(config, 'cluster'));
  return cluster === '' ? text(at(filter, 'name')) : `cluster ${cluster}`;
}

export function routeTable(dump: unknown): string {
  const rows = routesOf(dump).flatMap((config) =>
    items(at(config, 'virtual_hosts')).flatMap((host) =>
      items(at(host, 'routes')).map((route) => [
        text(at(config, 'name')),
        shorten(items(at(host, 'domains')).map(text).join(', '), 40),
        text(at(route, 'name')) || '-',
        shorten(describeMatch(at(route, 'match')), 40),
        describeAction(route),
        describeOrigin(at(route, 'metadata', 'filter_metadata', 'weft')),
      ]),
    ),
  );
  return formatTable(['ROUTES', 'DOMAINS', 'RULE', 'MATCH', 'LEADS TO', 'FROM'], rows);
}

function describeMatch(match: unknown): string {
  const path = ['path', 'prefix', 'path_separated_prefix']
    .map((key) => text(at(match, key)))
    .find((found) => found !== '');
  const regex = text(at(match, 'safe_regex', 'regex'));
  const headers = items(at(match, 'headers')).map((header) => text(at(header, 'name')));
  const query = items(at(match, 'query_parameters')).map((parameter) => `?${text(at(parameter, 'name'))}`);
  return [path ?? (regex === '' ? '' : `~${regex}`), ...headers, ...query].filter((part) => part !== '').join(' ');
}

function describeAction(route: unknown): string {
  const weighted = items(at(route, 'route', 'weighted_clusters', 'clusters'));
  if (weighted.length > 0)
    return weighted.map((entry) => `${text(at(entry, 'weight'))}% ${text(at(entry, 'name'))}`).join(', ');
  const cluster = text(at(route, 'route', 'cluster'));
  if (cluster !== '') return cluster;
  if (at(route, 'redirect') !== undefined) return 'redirect';
  const status = text(at(route, 'direct_response', 'status'));
  return status === '' ? '-' : `answer ${status}`;
}

/** `orders.yaml:20`, or the object when its file is not known. */
function describeOrigin(origin: unknown): string {
  const file = text(at(origin, 'file'));
  const line = text(at(origin, 'line'));
  return file === '' ? text(at(origin, 'resource')) : `${file.split('/').at(-1)}${line === '' ? '' : `:${line}`}`;
}

export function clusterTable(dump: unknown): string {
  const rows = clustersOf(dump).map((cluster) => [
    text(at(cluster, 'name')),
    text(at(cluster, 'type')) || 'STATIC',
    text(at(cluster, 'lb_policy')) || 'ROUND_ROBIN',
    text(at(cluster, 'connect_timeout')) || '5s',
    describeOrigin(at(cluster, 'metadata', 'filter_metadata', 'weft')),
  ]);
  return formatTable(['CLUSTER', 'TYPE', 'BALANCING', 'CONNECT', 'FROM'], rows);
}

/** From `/clusters?format=json`. */
export function endpointTable(clusters: unknown): string {
  const rows = items(at(clusters, 'cluster_statuses')).flatMap((cluster) =>
    items(at(cluster, 'host_statuses')).map((host) => {
      const address = at(host, 'address', 'socket_address');
      return [
        `${text(at(address, 'address'))}:${text(at(address, 'port_value'))}`,
        describeHealth(at(host, 'health_status')),
        text(at(cluster, 'name')),
      ];
    }),
  );
  return formatTable(['ENDPOINT', 'HEALTH', 'CLUSTER'], rows);
}

function describeHealth(status: unknown): string {
  const eds = text(at(status, 'eds_health_status'));
  const failed =
    typeof status === 'object' && status !== null ? Object.keys(status).filter((key) => key.startsWith('failed_')) : [];
  return failed.length > 0 ? failed.map((flag) => flag.toUpperCase()).join(', ') : eds || 'HEALTHY';
}

function shorten(value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length - 1)}…`;
}
