import type { Resource } from '@weft/config';
import { type Labels, selects } from '@weft/mesh';
import type { Analyzer, Tell } from '../analyzer.ts';
import type { Objects } from '../objects.ts';
import { formatLabels } from '../selector.ts';
import { isPodInMesh, workloadsOf } from '../workload.ts';

interface MeshWorkload {
  readonly namespace: string;
  readonly labels: Labels;
}

function meshWorkloads(objects: Objects): readonly MeshWorkload[] {
  return workloadsOf(objects).filter(
    ({ resource, ambient }) => ambient || resource.type !== 'Pod' || isPodInMesh(resource, objects),
  );
}

function checkSelection(
  policy: Resource<'AuthorizationPolicy'>,
  workloads: readonly MeshWorkload[],
  rootNamespace: string,
  tell: Tell,
): void {
  const { selector } = policy.spec;
  const { namespace } = policy.metadata;
  const meshWide = namespace === rootNamespace;
  if (meshWide && selector === undefined) return;
  const labels = selector?.matchLabels ?? {};
  const found = workloads.some(
    (workload) => (meshWide || workload.namespace === namespace) && selects(labels, workload.labels),
  );
  if (!found) tell('IST0127', policy, selector === undefined ? '' : 'spec.selector', { labels: formatLabels(labels) });
}

/** A namespace by name, or by a pattern with `*` at one end. */
function namesNamespace(pattern: string, namespace: string): boolean {
  if (pattern.startsWith('*')) return namespace.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return namespace.startsWith(pattern.slice(0, -1));
  return namespace.toLowerCase() === pattern.toLowerCase();
}

function checkNamespaces(policy: Resource<'AuthorizationPolicy'>, namespaces: readonly string[], tell: Tell): void {
  for (const [i, { from = [] }] of (policy.spec.rules ?? []).entries()) {
    for (const [j, { source }] of from.entries()) {
      for (const field of ['namespaces', 'notNamespaces'] as const) {
        for (const [k, value] of (source?.[field] ?? []).entries()) {
          if (value === '*' || namespaces.some((namespace) => namesNamespace(value, namespace))) continue;
          tell('IST0101', policy, `spec.rules[${i}].from[${j}].source.${field}[${k}]`, { kind: 'namespace', value });
        }
      }
    }
  }
}

/** Policies that apply to nothing, and rules about namespaces that do not exist. */
export const authorizationPolicies: Analyzer = {
  name: 'authz.AuthorizationPoliciesAnalyzer',
  codes: ['IST0101', 'IST0127'],
  analyze(objects, tell) {
    const workloads = meshWorkloads(objects);
    const namespaces = objects.of('Namespace').map(({ metadata }) => metadata.name);
    for (const policy of objects.of('AuthorizationPolicy')) {
      if (objects.workloadsKnown) checkSelection(policy, workloads, objects.rootNamespace, tell);
      checkNamespaces(policy, namespaces, tell);
    }
  },
};
