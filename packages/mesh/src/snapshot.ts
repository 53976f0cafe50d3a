import type { Issue } from '@weft/base';
import type { DefaultProxyConfig, MeshConfig, Resource } from '@weft/config';
import { groupByKind, resourcesOf } from '@weft/config';
import { Carry } from './carry.ts';
import { type DestinationRule, DestinationRules } from './destination-rule.ts';
import { discovered } from './discovery.ts';
import { EnvoyFilters } from './envoy-filter.ts';
import { type Gateway, resolveGateway } from './gateway.ts';
import { GatewayApi } from './gateway-api/convert.ts';
import { GATEWAY_NAME_LABEL } from './gateway-api/names.ts';
import { InstanceIndex } from './instance-index.ts';
import { selects } from './labels.ts';
import { type MeshSettings, meshSettings } from './mesh-config.ts';
import { meshConfigIn, meshConfigResource } from './mesh-config-source.ts';
import type { Node } from './node.ts';
import { byCreation, compareText, keyOf, refOf } from './object-ref.ts';
import { type MutualTlsMode, type MutualTlsModes, PeerAuthentications } from './peer-authentication.ts';
import type { ServiceInstance } from './proxy.ts';
import { ProxyConfigs, type ProxyConfigTarget } from './proxy-config.ts';
import { registryServices } from './registry/services.ts';
import { buildScope, type Scope } from './scope.ts';
import { secretKey, type TlsSecret, tlsSecret } from './secret.ts';
import type { Service } from './service.ts';
import { type AccessLogOf, Telemetries, type WorkloadMode } from './telemetry.ts';
import type { VirtualService } from './virtual-service.ts';
import { groupByGateway, virtualServicesOf } from './virtual-services.ts';
import { isVisible } from './visibility.ts';

export interface SnapshotOptions {
  /** The DNS suffix of Kubernetes services; `cluster.local` by default. */
  readonly domain?: string;
  /** The cluster the resources come from; `Kubernetes` by default. */
  readonly clusterId?: string;
  /** Without it, the ConfigMap `istio` of the root namespace counts, else Istio's defaults. */
  readonly meshConfig?: MeshConfig;
  /**
   * The snapshot before this one. Values that come from the same resource objects are taken from it, so that `===` tells what
   * did not change. It never alters the outcome.
   */
  readonly previous?: Snapshot;
}

/** Everything the mesh knows at one moment, indexed. Immutable; build a new one for every change. */
export class Snapshot {
  readonly domain: string;
  readonly mesh: MeshSettings;
  /** Oldest first (see byCreation), Kubernetes and ServiceEntry alike. */
  readonly services: readonly Service[];
  /** Roots only: rules that a root delegates to are merged into it. Oldest first. */
  readonly virtualServices: readonly VirtualService[];
  readonly gateways: readonly Gateway[];
  /** The Gateway API's objects: the Gateways and VirtualServices among the above that stand for them, and their statuses. */
  readonly gatewayApi: GatewayApi;
  /** What could not be used, such as a delegate that does not exist. Never a reason to stop. */
  readonly issues: readonly Issue[];
  readonly #carry: Carry;
  readonly #byHost: ReadonlyMap<string, readonly Service[]>;
  readonly #instances: InstanceIndex;
  readonly #destinationRules: DestinationRules;
  readonly #peerAuthentications: PeerAuthentications;
  readonly #envoyFilters: EnvoyFilters;
  readonly #proxyConfigs: ProxyConfigs;
  readonly #telemetries: Telemetries;
  readonly #sidecars: ReadonlyMap<string, readonly Resource<'Sidecar'>[]>;
  readonly #byGateway: ReadonlyMap<string, readonly VirtualService[]>;
  readonly #secrets: ReadonlyMap<string, TlsSecret>;
  readonly #scopes = new Map<string, Scope>();

  constructor(all: readonly Resource[], options: SnapshotOptions) {
    this.domain = options.domain ?? 'cluster.local';
    const clusterId = options.clusterId ?? 'Kubernetes';
    this.#carry = new Carry(options.previous === undefined ? undefined : options.previous.#carry);
    const issues: Issue[] = [];
    const source = options.meshConfig ?? meshConfigResource(all);
    // Callers decode it anew for each snapshot, so it is compared by content.
    const content = source === undefined || 'type' in source ? source : JSON.stringify(source);
    this.mesh = this.#carry.mesh.keep('mesh', [content], () => meshSettings(meshConfigIn(source, issues)));
    const resources = discovered(all, this.mesh.discoverySelectors);
    groupByKind(resources);
    this.services = registryServices(resources, { domain: this.domain, clusterId, mesh: this.mesh }, this.#carry);
    this.#byHost = Map.groupBy(this.services, (service) => service.hostname);
    this.#instances = new InstanceIndex(
      this.services,
      options.previous === undefined ? undefined : options.previous.#instances,
    );
    const { domain } = this;
    this.gatewayApi = new GatewayApi(
      { resources, domain, servicesOf: (hostname) => this.servicesOf(hostname) },
      options.previous?.gatewayApi.generated,
    );
    issues.push(...this.gatewayApi.issues());
    this.virtualServices = virtualServicesOf(
      [...resourcesOf(resources, 'VirtualService'), ...this.gatewayApi.virtualServices],
      { domain, exportTo: this.mesh.defaultVirtualServiceExportTo, carry: this.#carry },
      issues,
    );
    this.#byGateway = groupByGateway(this.virtualServices);
    this.#destinationRules = new DestinationRules(
      resourcesOf(resources, 'DestinationRule'),
      {
        domain: this.domain,
        rootNamespace: this.mesh.rootNamespace,
        exportTo: this.mesh.defaultDestinationRuleExportTo,
      },
      this.#carry.destinationRules,
    );
    this.gateways = [...resourcesOf(resources, 'Gateway'), ...this.gatewayApi.gateways]
      .map((resource) => this.#carry.gateways.keep(keyOf(resource), [resource], () => resolveGateway(resource)))
      .sort((a, b) => byCreation(a.origin, b.origin));
    const sidecars = resourcesOf(resources, 'Sidecar').sort((a, b) => byCreation(refOf(a), refOf(b)));
    this.#sidecars = Map.groupBy(sidecars, (sidecar) => sidecar.metadata.namespace);
    this.#secrets = new Map(
      resourcesOf(resources, 'Secret').map((resource) => [
        secretKey(resource.metadata.namespace, resource.metadata.name),
        this.#carry.secrets.keep(keyOf(resource), [resource], () => tlsSecret(resource)),
      ]),
    );
    this.#peerAuthentications = new PeerAuthentications(resources, this.mesh.rootNamespace);
    this.#envoyFilters = new EnvoyFilters(resources, this.mesh.rootNamespace);
    this.#proxyConfigs = new ProxyConfigs(resources, this.mesh);
    this.#telemetries = new Telemetries(resources, this.mesh, issues);
    this.issues = issues;
  }

  /** What a workload demands of those who connect to it. */
  mutualTlsOf(workload: Pick<Node, 'namespace' | 'labels'>): MutualTlsModes {
    return this.#peerAuthentications.modesOf(workload);
  }

  /** What the workloads of a namespace demand, but for those with a policy of their own. */
  mutualTlsIn(namespace: string): MutualTlsMode {
    return this.#peerAuthentications.modeIn(namespace);
  }

  /** The access logs of one side of a node; see Telemetries. */
  accessLogsOf(node: Node, mode: WorkloadMode): readonly AccessLogOf[] | undefined {
    return this.#telemetries.accessLogs(node, mode);
  }

  /** The options a workload's proxy runs with. */
  proxyConfigOf(target: ProxyConfigTarget): DefaultProxyConfig {
    return this.#proxyConfigs.of(target);
  }

  /** The EnvoyFilters for a node, in the order to apply them. */
  envoyFiltersOf(node: Node): readonly Resource<'EnvoyFilter'>[] {
    return this.#envoyFilters.of(node);
  }

  /** The services of a host name, oldest first; one host may be declared in several namespaces. */
  servicesOf(hostname: string): readonly Service[] {
    return this.#byHost.get(hostname) ?? [];
  }

  /** What the workload at an address serves. */
  instancesAt(address: string): readonly ServiceInstance[] {
    return this.#instances.at(address);
  }

  /** The certificate in a Secret of a namespace. */
  secret(namespace: string, name: string): TlsSecret | undefined {
    return this.#secrets.get(secretKey(namespace, name));
  }

  /**
   * The Gateways whose selector selects the node, oldest first. A Gateway in any namespace may do so, but for those of the Gateway API, which
   * are for proxies of their own namespace.
   */
  gatewaysOf(node: Node): readonly Gateway[] {
    return this.gateways.filter(
      ({ selector, namespace }) =>
        selects(selector, node.labels) && (selector[GATEWAY_NAME_LABEL] === undefined || namespace === node.namespace),
    );
  }

  /**
   * The VirtualServices bound to `mesh` or to `<namespace>/<gateway>` that a proxy of `namespace` sees: first those only it sees, then those
   * exported to it by name, then everybody's; oldest first in each (push_context.go, VirtualServicesForGateway). Of everybody's, routes of the
   * Gateway API of its own namespace come first.
   */
  virtualServicesFor(namespace: string, gateway: string): readonly VirtualService[] {
    const bound = this.#byGateway.get(gateway) ?? [];
    const rank = (each: VirtualService): number => {
      if (each.exportTo.has('*')) return each.gatewayApi && each.namespace === namespace ? 2 : 3;
      return each.namespace === namespace && each.exportTo.size === 1 ? 0 : 1;
    };
    const seen = bound.filter((each) => isVisible(each.exportTo, namespace));
    return seen.sort((a, b) => rank(a) - rank(b));
  }

  /** What the node may see: by the Sidecar that selects it, else its namespace's, else the root namespace's, else everything. */
  scopeOf(node: Node): Scope {
    const sidecar = node.type === 'sidecar' ? this.#sidecarOf(node) : undefined;
    const key = `${node.type}/${node.namespace}/${sidecar === undefined ? '' : keyOf(sidecar)}`;
    const known = this.#scopes.get(key);
    if (known !== undefined) return known;
    const visible = (service: Service): boolean => isVisible(service.exportTo, node.namespace);
    const scope = buildScope({
      namespace: node.namespace,
      sidecar,
      services: this.services.filter(visible),
      virtualServices: this.virtualServicesFor(node.namespace, 'mesh').filter((each) =>
        this.#mayRule(each, node.namespace),
      ),
      meshMode: this.mesh.outboundTrafficPolicy.mode ?? 'ALLOW_ANY',
      domain: this.domain,
      servicesOf: (hostname) => this.servicesOf(hostname).filter(visible),
      destinationRule: (service, labels) => this.destinationRule(service, node.namespace, labels),
    });
    this.#scopes.set(key, scope);
    return scope;
  }

  /** See DestinationRules.find. */
  destinationRule(
    service: Service,
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ): DestinationRule | undefined {
    return this.#destinationRules.find(service, namespace, labels);
  }

  /** Routes of the Gateway API count for clients of their namespace, and for everybody's when the service is of their namespace (GAMMA). */
  #mayRule({ gatewayApi, namespace, hosts }: VirtualService, client: string): boolean {
    if (!gatewayApi || namespace === client) return true;
    return hosts.some((host) => this.servicesOf(host).some((service) => service.namespace === namespace));
  }

  #sidecarOf(node: Node): Resource<'Sidecar'> | undefined {
    const own = this.#sidecars.get(node.namespace) ?? [];
    const selected = own.find(({ spec }) => {
      const labels = spec.workloadSelector?.labels;
      return labels !== undefined && Object.keys(labels).length > 0 && selects(labels, node.labels);
    });
    const root = this.#sidecars.get(this.mesh.rootNamespace) ?? [];
    return selected ?? own.find(isForEverybody) ?? root.find(isForEverybody);
  }
}

/** Resources → Snapshot. Pure: equal resources in any order give an equal snapshot. */
export function buildSnapshot(resources: readonly Resource[], options: SnapshotOptions = {}): Snapshot {
  const sorted = [...resources].sort(
    (a, b) => compareText(a.metadata.namespace, b.metadata.namespace) || compareText(a.metadata.name, b.metadata.name),
  );
  return new Snapshot(sorted, options);
}

function isForEverybody(sidecar: Resource<'Sidecar'>): boolean {
  return Object.keys(sidecar.spec.workloadSelector?.labels ?? {}).length === 0;
}
