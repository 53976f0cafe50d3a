import type { DefaultProxyConfig, MeshConfig, ProxyConfigSpec, Resource } from '@weft/config';
import { resourcesOf } from '@weft/config';
import { selects } from './labels.ts';
import type { Node } from './node.ts';
import { byCreation, refOf } from './object-ref.ts';

/** Whom a ProxyConfig is asked for: a proxy, or one that is about to be started. */
export interface ProxyConfigTarget {
  readonly namespace: string;
  readonly labels: Node['labels'];
  /** What the annotation `proxy.istio.io/config` of the workload says. */
  readonly annotation?: DefaultProxyConfig | undefined;
}

type Config = Resource<'ProxyConfig'>;

/** The ProxyConfigs of a mesh, by namespace, oldest first. */
export class ProxyConfigs {
  readonly #rootNamespace: string;
  readonly #defaults: DefaultProxyConfig;
  readonly #byNamespace: ReadonlyMap<string, readonly Config[]>;

  constructor(resources: readonly Resource[], mesh: MeshConfig & { readonly rootNamespace: string }) {
    this.#rootNamespace = mesh.rootNamespace;
    this.#defaults = mesh.defaultConfig ?? {};
    const configs = resourcesOf(resources, 'ProxyConfig').sort((a, b) => byCreation(refOf(a), refOf(b)));
    this.#byNamespace = Map.groupBy(configs, ({ metadata }) => metadata.namespace);
  }

  /**
   * What counts for a workload (model/proxy_config.go, EffectiveProxyConfig): the mesh's `defaultConfig`, over it the root namespace's
   * ProxyConfig, the namespace's, the workload's annotation, and the one that selects the workload. Each level counts one, the oldest.
   */
  of({ namespace, labels, annotation }: ProxyConfigTarget): DefaultProxyConfig {
    if (this.#byNamespace.size === 0 && annotation === undefined) return this.#defaults;
    const own = this.#byNamespace.get(namespace) ?? [];
    const root = this.#byNamespace.get(this.#rootNamespace) ?? [];
    const levels = [
      asDefaults(root.find(isForEverybody)?.spec),
      namespace === this.#rootNamespace ? undefined : asDefaults(own.find(isForEverybody)?.spec),
      annotation,
      asDefaults(
        own.find((each) => !isForEverybody(each) && selects(each.spec.selector?.matchLabels ?? {}, labels))?.spec,
      ),
    ];
    return levels.reduce<DefaultProxyConfig>(
      (below, above) => (above === undefined ? below : over(below, above)),
      this.#defaults,
    );
  }
}

function isForEverybody({ spec }: Config): boolean {
  return Object.keys(spec.selector?.matchLabels ?? {}).length === 0;
}

function asDefaults(spec: ProxyConfigSpec | undefined): DefaultProxyConfig | undefined {
  if (spec === undefined) return undefined;
  const { concurrency, environmentVariables, image } = spec;
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(environmentVariables !== undefined && { proxyMetadata: environmentVariables }),
    ...(image !== undefined && { image }),
  };
}

/** Fields replace; the environment is put together name by name (pkg/config/mesh, MergeProxyConfig). */
function over(below: DefaultProxyConfig, above: DefaultProxyConfig): DefaultProxyConfig {
  const merged = { ...below, ...above };
  if (below.proxyMetadata === undefined || above.proxyMetadata === undefined) return merged;
  return { ...merged, proxyMetadata: { ...below.proxyMetadata, ...above.proxyMetadata } };
}
