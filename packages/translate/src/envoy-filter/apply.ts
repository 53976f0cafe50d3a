/** EnvoyFilters over what was translated for a proxy.   in: resources, the proxy's filters   out: resources, with issues */
import { type Issue, LayeredMap } from '@weft/base';
import type { Resource } from '@weft/config';
import type { Node } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { TrafficDirection } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { TypedExtensionConfig } from '@weft/xds/gen/envoy/config/core/v3/extension_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { INBOUND_PASSTHROUGH_CLUSTER, parseClusterName } from '../names.ts';
import type { TranslatedResources } from '../translate.ts';
import { addedClusters, patchCluster } from './clusters.ts';
import { decodeEnvoyFilter } from './decode.ts';
import { extensionConfigs, inlineExtensions } from './extensions.ts';
import { addedListeners, LISTENER_KINDS, type ListenerScope, patchListener } from './listeners.ts';
import type { PublicPort } from './match-listener.ts';
import type { PatchContext } from './patch.ts';
import { type Patched, type PatchSet, patchSet, takesProxy } from './patch-set.ts';
import { patchRouteConfiguration, ROUTE_KINDS } from './routes.ts';

type OutboundPart = Pick<TranslatedResources, 'cluster' | 'endpoint'>;

/**
 * Patches a proxy's resources. What no patch is about stays the same object, and what comes of a message and the same patches is the same
 * object again, for every proxy. A patch that cannot be applied is an issue and skipped.
 */
export function applyEnvoyFilters(
  made: TranslatedResources,
  filters: readonly Resource<'EnvoyFilter'>[],
  node: Node,
): TranslatedResources {
  const run = begin(filters, node);
  const issues = [...made.issues, ...filters.flatMap((each) => decodeEnvoyFilter(each).issues)];
  if (run === undefined) return { ...made, issues };
  const { cluster, endpoint } = run.clusters(made);
  const listener = run.listeners(made.listener);
  const route = run.routes(made.route);
  const extensionConfig = extensionConfigs(run.set);
  const weft = node.dataPlane === 'weft';
  return {
    ...made,
    cluster,
    endpoint,
    listener: weft ? run.inlined(listener, extensionConfig) : listener,
    route,
    extensionConfig: weft ? new Map() : extensionConfig,
    issues: [...issues, ...run.issues],
  };
}

/** The same for outbound clusters alone. */
export function patchClusters(
  made: OutboundPart,
  filters: readonly Resource<'EnvoyFilter'>[],
  node: Node,
): OutboundPart {
  return begin(filters, node)?.clusters(made) ?? made;
}

function begin(filters: readonly Resource<'EnvoyFilter'>[], node: Node): Run | undefined {
  const patches = filters.flatMap((each) => decodeEnvoyFilter(each).patches).filter((patch) => takesProxy(patch, node));
  return patches.length === 0 ? undefined : new Run(patchSet(patches), node);
}

class Run {
  readonly set: PatchSet;
  readonly issues: Issue[] = [];
  readonly #isGateway: boolean;
  readonly #publicPort: PublicPort;
  /** Names what else the outcome depends on: the ports that stand for others. */
  readonly #ports: string;

  constructor(set: PatchSet, node: Node) {
    this.set = set;
    this.#isGateway = node.type === 'router';
    const listening = new Map(this.#isGateway ? [...node.appPorts].map(([port, real]) => [real, port]) : []);
    this.#publicPort = (port) => listening.get(port) ?? port;
    this.#ports = [...listening].join(';');
  }

  clusters(made: OutboundPart): OutboundPart {
    if (this.set.all('CLUSTER').length === 0) return made;
    const kept = this.#patched('cluster', made.cluster, (each, issues) =>
      patchCluster(each, this.set, this.#side(isInbound(each)), issues),
    );
    const added = this.#contexts().flatMap((context) => addedClusters(this.set, context));
    const removed = kept.size < made.cluster.size;
    return {
      cluster: LayeredMap.over(kept, new Map(added.map((each) => [each.name, each]))),
      endpoint: removed ? new Map([...made.endpoint].filter(([name]) => kept.has(name))) : made.endpoint,
    };
  }

  listeners(listeners: ReadonlyMap<string, Listener>): ReadonlyMap<string, Listener> {
    if (!LISTENER_KINDS.some((kind) => this.set.all(kind).length > 0)) return listeners;
    const kept = this.#patched('listener', listeners, (each, issues) =>
      patchListener(each, this.#scope(this.#side(each.trafficDirection === TrafficDirection.INBOUND)), issues),
    );
    const added = this.#contexts().flatMap((context) => addedListeners(this.#scope(context)));
    return LayeredMap.over(kept, new Map(added.map((each) => [each.name, each])));
  }

  routes(routes: TranslatedResources['route']): TranslatedResources['route'] {
    const scope = this.#scope(this.#side(false));
    if (!this.set.has(scope.context, ...ROUTE_KINDS)) return routes;
    return this.#patched('route', routes, (each, issues) => patchRouteConfiguration(each, scope, issues));
  }

  /** Every message of a map, those that are removed left out. A map that proxies share is gone through once for all of them. */
  #patched<T extends { readonly name: string }>(
    kind: string,
    map: ReadonlyMap<string, T>,
    patch: (message: T, issues: Issue[]) => T | undefined,
  ): ReadonlyMap<string, T> {
    if (map instanceof LayeredMap) {
      const base: ReadonlyMap<string, T> = map.base;
      return LayeredMap.over(this.#patched(kind, base, patch), this.#patched(kind, map.own, patch));
    }
    const key = `${kind} ${this.#isGateway} ${this.#ports}`;
    return this.#take(
      this.set.once(`all ${key}`, map, (issues) => {
        const found = new Map<string, T>();
        for (const message of map.values()) {
          const each = this.set.once(key, message, (own) => patch(message, own));
          issues.push(...each.issues);
          if (each.value !== undefined) found.set(each.value.name, each.value);
        }
        return found;
      }),
    );
  }

  /** For a proxy that does not ask for extensions by name: each stands where it is named. */
  inlined(
    listeners: ReadonlyMap<string, Listener>,
    extensions: ReadonlyMap<string, TypedExtensionConfig>,
  ): ReadonlyMap<string, Listener> {
    if (extensions.size === 0) return listeners;
    const found = [...listeners.values()].map((each) =>
      this.#take(this.set.once('inline', each, () => inlineExtensions(each, extensions))),
    );
    return new Map(found.map((each) => [each.name, each]));
  }

  #side(inbound: boolean): PatchContext {
    if (this.#isGateway) return 'GATEWAY';
    return inbound ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND';
  }

  #contexts(): readonly PatchContext[] {
    return this.#isGateway ? ['GATEWAY'] : ['SIDECAR_OUTBOUND', 'SIDECAR_INBOUND'];
  }

  #scope(context: PatchContext): ListenerScope {
    return { set: this.set, context, publicPort: this.#publicPort };
  }

  #take<T>({ value, issues }: Patched<T>): T {
    this.issues.push(...issues);
    return value;
  }
}

function isInbound({ name }: Cluster): boolean {
  return name === INBOUND_PASSTHROUGH_CLUSTER || parseClusterName(name)?.direction === 'inbound';
}
