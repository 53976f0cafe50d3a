/** /config_dump in the shape of envoy.admin.v3.ConfigDump, which istioctl and other tools read. */
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { AdminView, HeldResource } from './admin-view.ts';
import { fieldMask } from './field-mask.ts';
import type { MessagePrinter } from './message-json.ts';
import { searchPattern } from './pattern.ts';
import { badRequest, jsonReply, type Reply } from './reply.ts';

const TYPE = 'type.googleapis.com/envoy.admin.v3.';

function time(ms: number): string {
  return new Date(ms).toISOString();
}

/** How one kind of resource stands in its part of the dump. */
interface Section {
  /** The message: `ClustersConfigDump`. */
  readonly dump: string;
  /** The field that holds the resource: `cluster`. */
  readonly field: string;
  readonly static: { readonly list: string; readonly type: string };
  readonly dynamic: { readonly list: Readonly<Record<HeldResource['state'], string>>; readonly type: string };
  /** Listeners nest their states below one entry a name; secrets repeat the name. */
  readonly shape: 'plain' | 'listener' | 'secret';
  readonly hasVersion: boolean;
  resources(config: ReturnType<AdminView['config']>): readonly HeldResource[];
}

function everyState(list: string): Readonly<Record<HeldResource['state'], string>> {
  return { active: list, warming: list, draining: list };
}

const CLUSTERS: Section = {
  dump: 'ClustersConfigDump',
  field: 'cluster',
  static: { list: 'static_clusters', type: 'ClustersConfigDump.StaticCluster' },
  dynamic: {
    list: {
      active: 'dynamic_active_clusters',
      warming: 'dynamic_warming_clusters',
      draining: 'dynamic_active_clusters',
    },
    type: 'ClustersConfigDump.DynamicCluster',
  },
  shape: 'plain',
  hasVersion: true,
  resources: (config) => config.clusters,
};

const ENDPOINTS: Section = {
  dump: 'EndpointsConfigDump',
  field: 'endpoint_config',
  static: { list: 'static_endpoint_configs', type: 'EndpointsConfigDump.StaticEndpointConfig' },
  dynamic: { list: everyState('dynamic_endpoint_configs'), type: 'EndpointsConfigDump.DynamicEndpointConfig' },
  shape: 'plain',
  hasVersion: false,
  resources: (config) => config.endpoints,
};

const LISTENERS: Section = {
  dump: 'ListenersConfigDump',
  field: 'listener',
  static: { list: 'static_listeners', type: 'ListenersConfigDump.StaticListener' },
  dynamic: { list: everyState('dynamic_listeners'), type: 'ListenersConfigDump.DynamicListener' },
  shape: 'listener',
  hasVersion: true,
  resources: (config) => config.listeners,
};

const ROUTES: Section = {
  dump: 'RoutesConfigDump',
  field: 'route_config',
  static: { list: 'static_route_configs', type: 'RoutesConfigDump.StaticRouteConfig' },
  dynamic: { list: everyState('dynamic_route_configs'), type: 'RoutesConfigDump.DynamicRouteConfig' },
  shape: 'plain',
  hasVersion: false,
  resources: (config) => config.routes,
};

const SECRETS: Section = {
  dump: 'SecretsConfigDump',
  field: 'secret',
  static: { list: 'static_secrets', type: 'SecretsConfigDump.StaticSecret' },
  dynamic: {
    list: { active: 'dynamic_active_secrets', warming: 'dynamic_warming_secrets', draining: 'dynamic_active_secrets' },
    type: 'SecretsConfigDump.DynamicSecret',
  },
  shape: 'secret',
  hasVersion: false,
  resources: (config) => config.secrets,
};

function errorState(resource: HeldResource): JsonObject {
  const { rejected } = resource;
  if (rejected === undefined) return {};
  return {
    error_state: {
      version_info: rejected.versionInfo,
      last_update_attempt: time(rejected.atMs),
      details: rejected.details,
    },
  };
}

/** One resource as an entry of its list. */
function entry(section: Section, resource: HeldResource, printer: MessagePrinter): JsonObject {
  const body: JsonObject = {
    [section.field]: printer.print(resource.message, true),
    last_updated: time(resource.lastUpdatedMs),
  };
  if (!resource.dynamic) return section.shape === 'secret' ? { name: resource.name, ...body } : body;
  const versioned = { version_info: resource.versionInfo, ...body };
  if (section.shape === 'plain') return { ...versioned, ...errorState(resource) };
  if (section.shape === 'secret') return { name: resource.name, ...versioned };
  return { name: resource.name, [`${resource.state}_state`]: versioned, ...errorState(resource) };
}

function listOf(section: Section, resource: HeldResource): string {
  return resource.dynamic ? section.dynamic.list[resource.state] : section.static.list;
}

function sectionDump(section: Section, resources: readonly HeldResource[], printer: MessagePrinter): JsonObject {
  const dump: Record<string, JsonValue> = { '@type': TYPE + section.dump };
  const version = resources.find((resource) => resource.dynamic)?.versionInfo;
  if (section.hasVersion && version !== undefined) dump['version_info'] = version;
  const lists = new Map<string, JsonObject[]>();
  for (const resource of resources) {
    const list = listOf(section, resource);
    const entries = lists.get(list) ?? [];
    lists.set(list, entries);
    const made = entry(section, resource, printer);
    // A listener that is replaced is there twice for a while: its states belong to one entry.
    const same =
      section.shape === 'listener' && resource.dynamic ? entries.find((e) => e['name'] === resource.name) : undefined;
    if (same === undefined) entries.push(made);
    else Object.assign(same, made);
  }
  for (const [name, entries] of lists) dump[name] = entries;
  return dump;
}

/**
 * Answers /config_dump. `include_eds` adds endpoints; `resource` picks one list (`dynamic_listeners`) and flattens it into `configs`;
 * `mask` keeps only some fields; `name_regex` only resources whose name has a match.
 */
export function configDump(view: AdminView, query: URLSearchParams, printer: MessagePrinter): Reply {
  const named = searchPattern(query.get('name_regex') ?? '', 'name_regex');
  if (typeof named !== 'function') return badRequest(named.problem);
  const config = view.config();
  const picked = query.get('resource');
  const withEndpoints = query.has('include_eds') || picked?.includes('endpoint_configs') === true;
  const sections = withEndpoints
    ? [CLUSTERS, ENDPOINTS, LISTENERS, ROUTES, SECRETS]
    : [CLUSTERS, LISTENERS, ROUTES, SECRETS];
  const mask = fieldMask(query.get('mask'));
  if (picked !== null) return pickedDump(picked, sections, config, named, mask, printer);
  const configs: JsonObject[] = [];
  if (config.bootstrap !== undefined) {
    configs.push({
      '@type': `${TYPE}BootstrapConfigDump`,
      bootstrap: printer.print(config.bootstrap, false),
      last_updated: time(config.bootstrapUpdatedMs),
    });
  }
  for (const section of sections) {
    const resources = section.resources(config).filter((resource) => named(resource.name));
    configs.push(sectionDump(section, resources, printer));
  }
  return jsonReply({ configs: configs.map(mask) });
}

function pickedDump(
  list: string,
  sections: readonly Section[],
  config: ReturnType<AdminView['config']>,
  named: (name: string) => boolean,
  mask: (object: JsonObject) => JsonObject,
  printer: MessagePrinter,
): Reply {
  const names = sections.flatMap((s) => [s.static.list, ...Object.values(s.dynamic.list)]);
  const section = sections.find((s) => s.static.list === list || Object.values(s.dynamic.list).includes(list));
  if (section === undefined) {
    return badRequest(`resource=${list} not found in config dump; expected one of ${[...new Set(names)].join(', ')}`);
  }
  const configs = section
    .resources(config)
    .filter((resource) => listOf(section, resource) === list && named(resource.name))
    .map((resource) => ({
      '@type': TYPE + (resource.dynamic ? section.dynamic.type : section.static.type),
      ...entry(section, resource, printer),
    }));
  return jsonReply({ configs: configs.map(mask) });
}
