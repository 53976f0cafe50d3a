import type { LabelSelectorRequirement, MeshConfig, Resource } from '@weft/config';
import { resourcesOf } from '@weft/config';
import { type Labels, selects } from './labels.ts';

type Selectors = NonNullable<MeshConfig['discoverySelectors']>;

/** Kubernetes gives it to every namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * The objects of the namespaces that one of `discoverySelectors` selects, and those of no namespace (pkg/kube/namespace/filter.go).
 * Without selectors everything counts.
 */
export function discovered(resources: readonly Resource[], selectors: Selectors | undefined): readonly Resource[] {
  if (selectors === undefined || selectors.length === 0) return resources;
  const labels = new Map(resourcesOf(resources, 'Namespace').map(({ metadata }) => [metadata.name, metadata.labels]));
  const known = new Map<string, boolean>();
  return resources.filter(({ metadata: { namespace } }) => {
    if (namespace === '') return true;
    const before = known.get(namespace);
    if (before !== undefined) return before;
    const all = { [NAME_LABEL]: namespace, ...labels.get(namespace) };
    const found = selectors.some((selector) => meetsSelector(all, selector));
    known.set(namespace, found);
    return found;
  });
}

interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** Whether labels meet a Kubernetes label selector; an empty one takes everything. */
export function meetsSelector(labels: Labels, { matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return selects(matchLabels, labels) && matchExpressions.every((requirement) => meets(labels, requirement));
}

/** One requirement of a Kubernetes label selector; an operator that does not exist selects nothing. */
function meets(labels: Labels, { key = '', operator, values = [] }: LabelSelectorRequirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
