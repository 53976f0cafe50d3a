import type { Resource } from '@weft/config';
import { resourcesOf } from '@weft/config';
import type { Node } from './node.ts';
import { byCreation, refOf } from './object-ref.ts';
import { attaches } from './policy-attachment.ts';

type Filter = Resource<'EnvoyFilter'>;

const NONE: readonly Filter[] = [];

/** The EnvoyFilters of a mesh, by namespace. */
export class EnvoyFilters {
  readonly #rootNamespace: string;
  readonly #byNamespace: ReadonlyMap<string, readonly Filter[]>;

  constructor(resources: readonly Resource[], rootNamespace: string) {
    this.#rootNamespace = rootNamespace;
    this.#byNamespace = Map.groupBy(resourcesOf(resources, 'EnvoyFilter'), ({ metadata }) => metadata.namespace);
  }

  /**
   * Those for a node, in the order to apply them: by priority, then the root namespace's before the node's own, then oldest first
   * (push_context.go, EnvoyFilters).
   */
  of(node: Node): readonly Filter[] {
    if (this.#byNamespace.size === 0) return NONE;
    const root = this.#byNamespace.get(this.#rootNamespace) ?? NONE;
    const own = node.namespace === this.#rootNamespace ? NONE : (this.#byNamespace.get(node.namespace) ?? NONE);
    const attached = [...root, ...own].filter(({ metadata, spec }) =>
      attaches(
        {
          namespace: metadata.namespace,
          selector: spec.workloadSelector?.labels,
          targetRefs: spec.targetRefs ?? [],
        },
        node,
      ),
    );
    const rank = ({ metadata }: Filter): number => (metadata.namespace === this.#rootNamespace ? 0 : 1);
    return attached.sort(
      (a, b) => (a.spec.priority ?? 0) - (b.spec.priority ?? 0) || rank(a) - rank(b) || byCreation(refOf(a), refOf(b)),
    );
  }
}
