import type { Container, PodSpec, Resource } from '@weft/config';
import type { Labels } from '@weft/mesh';
import type { Objects } from './objects.ts';

export const SIDECAR = 'istio-proxy';

/** Something that runs: a Pod, or a WorkloadEntry for what runs outside Kubernetes. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly ambient: boolean;
  readonly resource: Resource<'Pod' | 'WorkloadEntry'>;
}

/** Selectors of policies select both kinds of workloads (Istio's WorkloadEntry page). */
export function workloadsOf(objects: Objects): readonly Workload[] {
  const pods = objects.of('Pod').map((resource): Workload => {
    const { namespace, name, labels, annotations } = resource.metadata;
    return { namespace, name, labels, ambient: isAmbientPod(annotations), resource };
  });
  const entries = objects.of('WorkloadEntry').map((resource): Workload => {
    const { namespace, name, labels } = resource.metadata;
    return { namespace, name, labels: { ...labels, ...resource.spec.labels }, ambient: false, resource };
  });
  return [...pods, ...entries];
}

function isAmbientPod(annotations: Labels): boolean {
  return annotations['ambient.istio.io/redirection'] === 'enabled';
}

/** Pods get no sidecar, their node's proxy carries their traffic. A label that asks for sidecars wins. */
export function isAmbientNamespace({ metadata: { labels } }: Resource<'Namespace'>): boolean {
  if (labels['istio-injection'] === 'enabled') return false;
  if ((labels['istio.io/rev'] ?? '') !== '') return false;
  return labels['istio.io/dataplane-mode'] === 'ambient';
}

/** All containers of a pod: a native sidecar is an init container. */
export function allContainers(spec: PodSpec): readonly Container[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
}

/** Whether a Pod has, or will get, a sidecar. */
export function isPodInMesh({ metadata, spec }: Resource<'Pod'>, objects: Objects): boolean {
  return hasSidecar(allContainers(spec)) || asksForSidecar(metadata, metadata.namespace, objects);
}

/** Whether the pods of a Deployment have, or will get, a sidecar. */
export function isDeploymentInMesh({ metadata, spec }: Resource<'Deployment'>, objects: Objects): boolean {
  const { labels = {}, annotations = {} } = spec.template?.metadata ?? {};
  return (
    hasSidecar(spec.template?.spec?.containers ?? []) ||
    asksForSidecar({ labels, annotations }, metadata.namespace, objects)
  );
}

function hasSidecar(containers: readonly Container[]): boolean {
  const sidecar = containers.find((container) => container.name === SIDECAR);
  return (sidecar?.image ?? '') !== '';
}

function asksForSidecar(
  { labels, annotations }: { readonly labels: Labels; readonly annotations: Labels },
  namespace: string,
  objects: Objects,
): boolean {
  const own = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
  if (own !== undefined) return own === 'true';
  return objects.find('Namespace', '', namespace)?.metadata.labels['istio-injection'] === 'enabled';
}

/** Parts of Istio itself are not held to the rules for applications. */
export function isControlPlane({ labels }: { readonly labels: Labels }): boolean {
  return labels['istio'] !== undefined || labels['release'] === 'istio';
}
