import type { Issue } from '@weft/base';
import type { KindId, MeshConfig, Resource } from '@weft/config';
import type { NetworkEntry } from './mesh-networks.ts';
import { parseReference } from './references.ts';

/** Everything analysis looks at. */
export interface AnalysisInput {
  /** Invalid ones too, as far as they could be read (`keepInvalid` of loadTexts). */
  readonly resources: readonly Resource[];
  /** What reading them found. */
  readonly issues?: readonly Issue[];
  readonly meshConfig?: MeshConfig | undefined;
  readonly meshNetworks?: NetworkEntry | undefined;
  /** The services of every cluster of the mesh, by the cluster's name. */
  readonly clusters?: ReadonlyMap<string, readonly Resource<'Service'>[]>;
  /**
   * False when the workloads of the mesh are not among the resources, as in a folder with nothing but routing: then nothing is said
   * about selectors that select none. True when not given.
   */
  readonly workloadsKnown?: boolean;
  /** Milliseconds since 1970: certificates expire. */
  readonly nowMs: number;
}

/** The input, by kind and by name. */
export class Objects {
  readonly resources: readonly Resource[];
  readonly issues: readonly Issue[];
  readonly meshConfig: MeshConfig;
  readonly meshNetworks: NetworkEntry | undefined;
  readonly clusters: ReadonlyMap<string, readonly Resource<'Service'>[]>;
  readonly workloadsKnown: boolean;
  readonly nowMs: number;
  readonly #byKind = new Map<KindId, Resource[]>();
  readonly #byName = new Map<string, Resource>();

  constructor(input: AnalysisInput) {
    this.resources = input.resources;
    this.issues = input.issues ?? [];
    this.meshConfig = input.meshConfig ?? {};
    this.meshNetworks = input.meshNetworks;
    this.clusters = input.clusters ?? new Map();
    this.workloadsKnown = input.workloadsKnown ?? true;
    this.nowMs = input.nowMs;
    for (const resource of input.resources) {
      const list = this.#byKind.get(resource.type);
      if (list === undefined) this.#byKind.set(resource.type, [resource]);
      else list.push(resource);
      const { namespace, name } = resource.metadata;
      this.#byName.set(`${resource.type} ${namespace}/${name}`, resource);
    }
  }

  get rootNamespace(): string {
    return this.meshConfig.rootNamespace ?? 'istio-system';
  }

  /** The objects of a kind, in the order of the input. */
  of<K extends KindId>(type: K): readonly Resource<K>[] {
    // A list holds resources of the kind it is filed under only.
    return (this.#byKind.get(type) ?? []) as readonly Resource[] as readonly Resource<K>[];
  }

  find<K extends KindId>(type: K, namespace: string, name: string): Resource<K> | undefined {
    return this.#byName.get(`${type} ${namespace}/${name}`) as Resource | undefined as Resource<K> | undefined;
  }

  /** By `name`, in the namespace that mentions it, or `namespace/name`. */
  findReferred<K extends KindId>(type: K, namespace: string, reference: string): Resource<K> | undefined {
    const { namespace: where, name } = parseReference(reference, namespace);
    return this.find(type, where, name);
  }
}

/** `namespace/name`, or the name alone for what has no namespace. */
export function fullName({
  metadata,
}: {
  readonly metadata: { readonly namespace: string; readonly name: string };
}): string {
  return metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
