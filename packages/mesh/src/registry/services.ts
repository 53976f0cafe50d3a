import type { Resource } from '@weft/config';
import { resourcesOf } from '@weft/config';
import type { Carried, CarriedBy } from '../carried.ts';
import type { Endpoint } from '../endpoint.ts';
import { LabelIndex } from '../labels.ts';
import type { MeshSettings } from '../mesh-config.ts';
import { byCreation } from '../object-ref.ts';
import type { Service } from '../service.ts';
import { type AutoAddresses, addressDemand, allocateAddresses, autoAddressKey } from './auto-address.ts';
import { endpointsEndpoints, entryEndpoints, selectedEndpoints, sliceEndpoints } from './endpoints.ts';
import { kubernetesService, type ServiceShape } from './kubernetes-service.ts';
import { serviceEntryServices } from './service-entry.ts';
import { entryWorkload, parseLocality, podWorkload, type Workload } from './workload.ts';

/** What the services of a snapshot are made from, besides the resources. */
export interface RegistryOptions {
  readonly domain: string;
  readonly clusterId: string;
  readonly mesh: MeshSettings;
}

/** What is carried from one snapshot to the next. */
export interface RegistryCarry {
  readonly workloads: Carried<Workload>;
  readonly shapes: CarriedBy<Resource, readonly ServiceShape[]>;
  readonly services: CarriedBy<ServiceShape, Service>;
  readonly autoAddresses: Carried<AutoAddresses>;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Every service of every registry with its endpoints, oldest first. */
export function registryServices(
  resources: readonly Resource[],
  options: RegistryOptions,
  carry: RegistryCarry,
): readonly Service[] {
  const sources = new EndpointSources(resources, carry.workloads);
  const drafts: Draft[] = [];
  const { mesh } = options;
  const rules = JSON.stringify([mesh.defaultServiceExportTo, options.domain, options.clusterId]);
  for (const resource of resourcesOf(resources, 'Service')) {
    const [shape] = carry.shapes.keep(resource, [rules], () => [
      kubernetesService(resource, options.domain, mesh.defaultServiceExportTo),
    ]);
    if (shape !== undefined) drafts.push({ shape, ...sources.ofService(resource, shape, options.clusterId) });
  }
  const entries = resourcesOf(resources, 'ServiceEntry');
  const auto = carry.autoAddresses.keep('all', entries.map(addressDemand), () => allocateAddresses(entries));
  for (const resource of entries) {
    const shapes = carry.shapes.keep(resource, [rules, givenAddresses(resource, auto)], () =>
      serviceEntryServices(resource, mesh.defaultServiceExportTo, auto),
    );
    for (const shape of shapes) drafts.push({ shape, ...sources.ofEntry(resource, shape, options.clusterId) });
  }
  drafts.sort((a, b) => byCreation(a.shape.origin, b.shape.origin));
  const aliases = aliasesOf(drafts);
  return drafts.map(({ shape, inputs, endpoints }) => {
    const names = aliases.get(shape.hostname) ?? [];
    return carry.services.keep(shape, [names.join(), ...inputs], () => ({
      ...shape,
      definition: shape,
      aliases: names,
      endpoints: endpoints(),
    }));
  });
}

/** What a resource got the last time that addresses were allocated, as text. */
const given = new WeakMap<Resource<'ServiceEntry'>, { readonly auto: AutoAddresses; readonly text: string }>();

function givenAddresses(resource: Resource<'ServiceEntry'>, auto: AutoAddresses): string {
  const known = given.get(resource);
  if (known?.auto === auto) return known.text;
  const { namespace } = resource.metadata;
  const hosts = resource.spec.hosts ?? [];
  const text = JSON.stringify(hosts.map((host) => auto.get(autoAddressKey(namespace, host)) ?? null));
  given.set(resource, { auto, text });
  return text;
}

interface Draft {
  readonly shape: ServiceShape;
  /** What its endpoints are made from. */
  readonly inputs: readonly unknown[];
  readonly endpoints: () => readonly Endpoint[];
}

function aliasesOf(drafts: readonly Draft[]): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const { shape } of drafts) {
    if (shape.externalName === undefined) continue;
    const known = aliases.get(shape.externalName);
    if (known === undefined) aliases.set(shape.externalName, [shape.hostname]);
    else known.push(shape.hostname);
  }
  return aliases;
}

/** Endpoint objects and workloads, indexed by what services look them up with. */
class EndpointSources {
  readonly #slices = new Map<string, Resource<'EndpointSlice'>[]>();
  readonly #endpoints = new Map<string, Resource<'Endpoints'>>();
  readonly #pods = new Map<string, Workload>();
  readonly #byNamespace: ReadonlyMap<
    string,
    { readonly pods: LabelIndex<Workload>; readonly entries: LabelIndex<Workload> }
  >;

  constructor(resources: readonly Resource[], carry: Carried<Workload>) {
    for (const slice of resourcesOf(resources, 'EndpointSlice')) {
      const key = `${slice.metadata.namespace}/${slice.metadata.labels[SERVICE_NAME] ?? ''}`;
      const list = this.#slices.get(key);
      if (list === undefined) this.#slices.set(key, [slice]);
      else list.push(slice);
    }
    for (const list of this.#slices.values()) list.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    for (const each of resourcesOf(resources, 'Endpoints')) {
      this.#endpoints.set(`${each.metadata.namespace}/${each.metadata.name}`, each);
    }
    const pods = sortedWorkloads(resourcesOf(resources, 'Pod'), carry, podWorkload);
    for (const pod of pods) this.#pods.set(`${pod.namespace}/${pod.resource.metadata.name}`, pod);
    const entries = sortedWorkloads(resourcesOf(resources, 'WorkloadEntry'), carry, entryWorkload);
    const namespaces = new Set([...pods, ...entries].map((workload) => workload.namespace));
    const podsOf = Map.groupBy(pods, (workload) => workload.namespace);
    const entriesOf = Map.groupBy(entries, (workload) => workload.namespace);
    this.#byNamespace = new Map(
      [...namespaces].map((namespace) => [
        namespace,
        {
          pods: new LabelIndex(podsOf.get(namespace) ?? [], (workload) => workload.labels),
          entries: new LabelIndex(entriesOf.get(namespace) ?? [], (workload) => workload.labels),
        },
      ]),
    );
  }

  /** Slices, else Endpoints, else pods by selector; selected WorkloadEntries come on top. */
  ofService(resource: Resource<'Service'>, shape: ServiceShape, clusterId: string): Omit<Draft, 'shape'> {
    const key = `${shape.namespace}/${shape.name}`;
    const selector = resource.spec.selector ?? {};
    const found = this.#byNamespace.get(shape.namespace);
    const entries = found?.entries.select(selector) ?? [];
    const slices = this.#slices.get(key);
    const listed = this.#endpoints.get(key);
    const ports = resource.spec.ports ?? [];
    const rest = (): readonly Endpoint[] => selectedEndpoints(ports, entries, clusterId);
    if (slices !== undefined) {
      const pods = slices.flatMap((slice) =>
        (slice.spec.endpoints ?? []).map((each) => this.#pods.get(`${shape.namespace}/${each.targetRef?.name ?? ''}`)),
      );
      return {
        inputs: [...slices, ...pods, ...entries],
        endpoints: () => [...sliceEndpoints(shape, slices, this.#pods, clusterId), ...rest()],
      };
    }
    if (listed !== undefined) {
      const pods = [...this.#pods.values()].filter((pod) => pod.namespace === shape.namespace);
      return {
        inputs: [listed, ...pods, ...entries],
        endpoints: () => [...endpointsEndpoints(shape, listed, this.#pods, clusterId), ...rest()],
      };
    }
    const pods = found?.pods.select(selector) ?? [];
    return {
      inputs: [...pods, ...entries],
      endpoints: () => [...selectedEndpoints(ports, pods, clusterId), ...rest()],
    };
  }

  ofEntry(resource: Resource<'ServiceEntry'>, shape: ServiceShape, clusterId: string): Omit<Draft, 'shape'> {
    const { spec } = resource;
    const ports = spec.ports ?? [];
    const selector = spec.workloadSelector?.labels;
    if (selector !== undefined) {
      const found = this.#byNamespace.get(shape.namespace);
      const workloads = [...(found?.entries.select(selector) ?? []), ...(found?.pods.select(selector) ?? [])];
      return { inputs: workloads, endpoints: () => entryEndpoints(shape, ports, workloads, clusterId) };
    }
    return { inputs: [], endpoints: () => entryEndpoints(shape, ports, inlineWorkloads(resource, shape), clusterId) };
  }
}

function sortedWorkloads<K extends 'Pod' | 'WorkloadEntry'>(
  resources: readonly Resource<K>[],
  carry: Carried<Workload>,
  make: (resource: Resource<K>) => Workload,
): readonly Workload[] {
  return resources
    .map((resource) => {
      const { namespace, name } = resource.metadata;
      return carry.keep(`${resource.kind}/${namespace}/${name}`, [resource], () => make(resource));
    })
    .sort((a, b) => (a.resource.metadata.name < b.resource.metadata.name ? -1 : 1));
}

/** The `endpoints` of a ServiceEntry; a DNS entry without any answers at its own host name. */
function inlineWorkloads(resource: Resource<'ServiceEntry'>, shape: ServiceShape): readonly Workload[] {
  const { spec, metadata } = resource;
  const byName = shape.resolution === 'dns-lb' || shape.resolution === 'dns-round-robin-lb';
  const entries = spec.endpoints ?? (byName ? [{ address: shape.hostname }] : []);
  return entries.map((entry) => ({
    namespace: metadata.namespace,
    name: metadata.name,
    address: entry.address ?? '',
    labels: entry.labels ?? {},
    locality: parseLocality(entry.locality),
    network: entry.network ?? '',
    weight: entry.weight ?? 0,
    serviceAccount: entry.serviceAccount ?? '',
    ready: true,
    draining: false,
    hostname: '',
    kind: 'WorkloadEntry',
    ports: entry.ports ?? {},
    resource,
  }));
}
