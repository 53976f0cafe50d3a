import { hasErrors, type Issue } from '@weft/base';
import { decodeObject, isJsonObject, plainSource, type Resource, resourcesOf } from '@weft/config';
import { selects } from '@weft/mesh';

/** A workload that the configuration does not describe, for tests: as many instances as asked for. */
export interface TestWorkload {
  /** `orders-v1`. */
  readonly name: string;
  /** `default` unless said. */
  readonly namespace?: string;
  /** `{ app: <name> }` unless said. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  /** `region/zone/subzone`. */
  readonly locality?: string;
  /** 1 unless said. */
  readonly instances?: number;
  /** By name of the container port, for services with a named `targetPort`. */
  readonly ports?: Readonly<Record<string, number>>;
}

interface PodText {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: object;
}

/** Pods for the workloads given and for the Deployments that have none, each at an address of its own (10.244.0.0/16). */
export function inventPods(
  resources: readonly Resource[],
  workloads: readonly TestWorkload[],
): { readonly pods: readonly Resource[]; readonly issues: readonly Issue[] } {
  const texts = [...workloads.flatMap(podsOfWorkload), ...podsOfDeployments(resources, workloads)];
  const pods: Resource[] = [];
  const issues: Issue[] = [];
  for (const [i, text] of texts.entries()) {
    const decoded = decodeObject(podObject(text, `10.244.${Math.floor(i / 250)}.${(i % 250) + 1}`), plainSource(''));
    issues.push(...decoded.issues);
    if (decoded.ok && !hasErrors(decoded.issues)) pods.push(decoded.value);
  }
  return { pods, issues };
}

function podsOfWorkload(workload: TestWorkload): readonly PodText[] {
  const { name, namespace = 'default', labels = { app: name }, locality, serviceAccount, ports = {} } = workload;
  const located = locality === undefined ? labels : { ...labels, 'istio-locality': locality.replaceAll('/', '.') };
  const containers = [
    {
      name,
      ports: Object.entries(ports).map(([portName, containerPort]) => ({ name: portName, containerPort })),
    },
  ];
  const spec = { containers, ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }) };
  return Array.from({ length: workload.instances ?? 1 }, (_, i) => ({
    name: `${name}-${i + 1}`,
    namespace,
    labels: located,
    annotations: {},
    spec,
  }));
}

/** A Deployment says which pods there will be; where its pods are described themselves, those count. */
function podsOfDeployments(resources: readonly Resource[], workloads: readonly TestWorkload[]): readonly PodText[] {
  const known = [
    ...resourcesOf(resources, 'Pod').map(({ metadata }) => metadata),
    ...resourcesOf(resources, 'WorkloadEntry').map(({ metadata, spec }) => ({
      namespace: metadata.namespace,
      labels: { ...metadata.labels, ...spec.labels },
    })),
    ...workloads.map(({ name, namespace = 'default', labels = { app: name } }) => ({ namespace, labels })),
  ];
  return resourcesOf(resources, 'Deployment').flatMap(({ metadata, spec, raw }) => {
    const { metadata: template, spec: pod = {} } = spec.template ?? {};
    const labels = template?.labels ?? {};
    const { namespace, name } = metadata;
    if (Object.keys(labels).length === 0) return [];
    if (known.some((each) => each.namespace === namespace && selects(labels, each.labels))) return [];
    const annotations = template?.annotations ?? {};
    const text = { namespace, labels, annotations, spec: pod };
    return Array.from({ length: replicasOf(raw['spec']) }, (_, i) => ({ ...text, name: `${name}-${i + 1}` }));
  });
}

function replicasOf(spec: unknown): number {
  if (typeof spec !== 'object' || spec === null || !('replicas' in spec)) return 1;
  return typeof spec.replicas === 'number' && spec.replicas >= 0 ? spec.replicas : 1;
}

function podObject(
  { name, namespace, labels, annotations, spec }: PodText,
  address: string,
): Parameters<typeof decodeObject>[0] {
  const pod: unknown = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations },
    spec,
    status: { phase: 'Running', podIP: address, conditions: [{ type: 'Ready', status: 'True' }] },
  };
  if (!isJsonObject(pod)) throw new TypeError('a pod is a JSON object');
  return pod;
}
