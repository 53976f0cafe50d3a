import { type Resource, resourcesOf } from '@weft/config';
import type { Labels } from '../labels.ts';
import type { Service } from '../service.ts';
import { Grants } from './grants.ts';

/** What the conversion is made from. */
export interface GatewayApiInputs {
  readonly resources: readonly Resource[];
  readonly domain: string;
  servicesOf(hostname: string): readonly Service[];
}

const TYPES = ['KubernetesGateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'] as const;
const POLICIES = ['GatewayClass', 'BackendTLSPolicy'] as const;

/** Whether anything of the Gateway API is there; without it nothing is to be done. */
export function usesGatewayApi(resources: readonly Resource[]): boolean {
  return [...TYPES, ...POLICIES].some((type) => resourcesOf(resources, type).length > 0);
}

/** The objects that others refer to, by `<namespace>/<name>`. */
export class Lookup {
  readonly domain: string;
  readonly grants: Grants;
  readonly serviceEntries: ReadonlyMap<string, Resource<'ServiceEntry'>>;
  readonly gateways: ReadonlyMap<string, Resource<'KubernetesGateway'>>;
  readonly secrets: ReadonlyMap<string, Resource<'Secret'>>;
  readonly configMaps: ReadonlyMap<string, Resource<'ConfigMap'>>;
  readonly kubernetesServices: ReadonlyMap<string, Resource<'Service'>>;
  readonly classes: ReadonlyMap<string, Resource<'GatewayClass'>>;
  /** Labels of each namespace that has an object. */
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly #inputs: GatewayApiInputs;

  constructor(inputs: GatewayApiInputs) {
    const { resources, domain } = inputs;
    this.#inputs = inputs;
    this.domain = domain;
    this.grants = new Grants(resourcesOf(resources, 'ReferenceGrant'));
    this.serviceEntries = byName(resourcesOf(resources, 'ServiceEntry'));
    this.gateways = byName(resourcesOf(resources, 'KubernetesGateway'));
    this.secrets = byName(resourcesOf(resources, 'Secret'));
    this.configMaps = byName(resourcesOf(resources, 'ConfigMap'));
    this.kubernetesServices = byName(resourcesOf(resources, 'Service'));
    this.classes = new Map(resourcesOf(resources, 'GatewayClass').map((each) => [each.metadata.name, each]));
    this.namespaces = namespaceLabels(resources);
  }

  hostOf(service: string, namespace: string): string {
    return `${service}.${namespace}.svc.${this.domain}`;
  }

  /** The service of a host, declared in a namespace. */
  service(hostname: string, namespace: string): Service | undefined {
    return this.#inputs.servicesOf(hostname).find((each) => each.namespace === namespace);
  }

  servicesOf(hostname: string): readonly Service[] {
    return this.#inputs.servicesOf(hostname);
  }
}

/** Where nobody says which namespaces there are, each that has an object is: files seldom have Namespaces. */
function namespaceLabels(resources: readonly Resource[]): ReadonlyMap<string, Labels> {
  const written = new Map(resourcesOf(resources, 'Namespace').map(({ metadata }) => [metadata.name, metadata.labels]));
  const names = new Set(written.size > 0 ? written.keys() : resources.map(({ metadata }) => metadata.namespace));
  names.delete('');
  return new Map([...names].map((name) => [name, { [NAMESPACE_NAME_LABEL]: name, ...written.get(name) }]));
}

const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

function byName<T extends Resource>(resources: readonly T[]): ReadonlyMap<string, T> {
  return new Map(resources.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
}
