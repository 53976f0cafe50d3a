import type { Resource, ServiceEntrySpec } from '@weft/config';
import type { Labels } from '@weft/mesh';
import type { Objects } from './objects.ts';

/** A host somebody declares: the ports behind it, and what its workloads have in common. */
export interface DeclaredHost {
  readonly ports: readonly number[];
  readonly selector: Labels;
}

export const EVERYWHERE = '*';

/** A name without dots is a service of the namespace that mentions it. */
export function fullHost(host: string, namespace: string): string {
  return host.startsWith('*') || host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** The namespaces an `exportTo` opens to; `*` stands for all. */
export function exportScopes(exportTo: readonly string[] | undefined, namespace: string): ReadonlySet<string> {
  const list = exportTo ?? [];
  if (list.length === 0 || list.includes(EVERYWHERE)) return new Set([EVERYWHERE]);
  return new Set(list.map((scope) => (scope === '.' ? namespace : scope)));
}

/** Every host that services and service entries declare, by the namespace that sees it. */
export class DeclaredHosts {
  readonly #hosts = new Map<string, DeclaredHost>();

  constructor(objects: Objects) {
    for (const entry of objects.of('ServiceEntry')) this.#addEntry(entry);
    for (const service of objects.of('Service')) this.#addService(service);
  }

  #addEntry({ metadata, spec }: Resource<'ServiceEntry'>): void {
    const declared = declaredBy(spec);
    for (const host of spec.hosts ?? []) {
      for (const scope of exportScopes(spec.exportTo, metadata.namespace)) {
        this.#hosts.set(`${scope}/${fullHost(host, metadata.namespace)}`, declared);
      }
    }
  }

  #addService({ metadata, spec }: Resource<'Service'>): void {
    const ports = (spec.ports ?? []).flatMap(({ port }) => (port === undefined ? [] : [port]));
    const declared: DeclaredHost = { ports, selector: {} };
    const written = metadata.annotations['networking.istio.io/exportTo'] ?? '';
    const exportTo = written === '' ? [] : written.split(',').map((scope) => scope.trim());
    for (const scope of exportScopes(exportTo, metadata.namespace)) {
      this.#hosts.set(`${scope}/${fullHost(metadata.name, metadata.namespace)}`, declared);
    }
  }

  /** What a host means to an object in `namespace` that is exported to `exportTo`: exact names first, then wildcards. */
  find(host: string, namespace: string, exportTo: readonly string[] | undefined): DeclaredHost | undefined {
    const full = fullHost(host, namespace);
    const scopes = (exportTo ?? []).length === 0 ? [namespace] : (exportTo ?? []);
    for (const scope of [EVERYWHERE, ...scopes.map((one) => (one === '.' ? namespace : one))]) {
      const found = this.#hosts.get(`${scope}/${full}`);
      if (found !== undefined) return found;
    }
    return this.#findWildcard(host, namespace);
  }

  #findWildcard(host: string, namespace: string): DeclaredHost | undefined {
    const ending = host.startsWith('*') ? host.slice(1) : host;
    for (const [key, declared] of this.#hosts) {
      const slash = key.indexOf('/');
      const scope = key.slice(0, slash);
      const pattern = key.slice(slash + 1);
      if (!pattern.startsWith('*') || (scope !== EVERYWHERE && scope !== namespace)) continue;
      if (ending.endsWith(pattern.slice(1))) return declared;
    }
    return undefined;
  }
}

function declaredBy(spec: ServiceEntrySpec): DeclaredHost {
  return {
    ports: (spec.ports ?? []).flatMap((port) => (port.number === undefined ? [] : [port.number])),
    selector: spec.workloadSelector?.labels ?? {},
  };
}
