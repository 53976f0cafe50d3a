import { isJsonObject, type JsonObject, type Resource } from '@weft/config';
import type { Labels } from '../labels.ts';
import type { Locality } from '../node.ts';

/** A workload that a selector can find: a WorkloadEntry or a Pod. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly labels: Labels;
  readonly locality: Locality;
  readonly network: string;
  readonly weight: number;
  readonly serviceAccount: string;
  readonly ready: boolean;
  readonly draining: boolean;
  /** `spec.hostname` of a pod that has a subdomain; empty otherwise. */
  readonly hostname: string;
  readonly kind: 'WorkloadEntry' | 'Pod';
  /** Port name → number; a pod's are its container ports. */
  readonly ports: Readonly<Record<string, number>>;
  /** What it was made from: the thing to compare when asking whether it changed. */
  readonly resource: Resource;
}

const LOCALITY_LABEL = 'istio-locality';
/** Set on entries whose proxies run probes (pilot/pkg/model/status/workloadentry.go). */
const HEALTH_CHECKS = 'proxy.istio.io/health-checks-enabled';
const NETWORK_LABEL = 'topology.istio.io/network';

/** `region/zone/subzone`, any tail of it missing. */
export function parseLocality(text: string | undefined): Locality {
  const [region = '', zone = '', subZone = ''] = (text ?? '').split('/');
  return { region, zone, subZone };
}

export function entryWorkload(resource: Resource<'WorkloadEntry'>): Workload {
  const { spec, metadata, status } = resource;
  const labels = { ...metadata.labels, ...spec.labels };
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    address: spec.address ?? '',
    labels,
    locality: localityOf(labels, spec.locality),
    network: spec.network ?? labels[NETWORK_LABEL] ?? '',
    weight: spec.weight ?? 0,
    serviceAccount: spec.serviceAccount ?? 'default',
    ready: isHealthy(metadata.annotations[HEALTH_CHECKS], status),
    draining: false,
    hostname: '',
    kind: 'WorkloadEntry',
    ports: spec.ports ?? {},
    resource,
  };
}

/**
 * The health condition that a WorkloadEntry's agent reports. Where health is checked, an entry counts as unhealthy until the first report
 * (serviceregistry/serviceentry/conversion.go, isHealthy).
 */
function isHealthy(checked: string | undefined, status: JsonObject | undefined): boolean {
  const conditions = status?.['conditions'];
  const reported = Array.isArray(conditions)
    ? conditions.find((each) => isJsonObject(each) && each['type'] === 'Healthy')
    : undefined;
  const said = isJsonObject(reported) ? reported['status'] : undefined;
  return checked === 'true' ? said === 'True' : said !== 'False';
}

export function podWorkload(resource: Resource<'Pod'>): Workload {
  const { spec, metadata, status } = resource;
  const labels = metadata.labels;
  const ports: Record<string, number> = {};
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    for (const port of container.ports ?? []) if (port.name !== undefined) ports[port.name] = port.containerPort ?? 0;
  }
  const leaving = isBeingDeleted(resource);
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  return {
    namespace: metadata.namespace,
    name: workloadOfPod(metadata.name, labels),
    address: status?.podIP ?? '',
    labels,
    locality: localityOf(labels, undefined),
    network: labels[NETWORK_LABEL] ?? '',
    weight: 0,
    serviceAccount: spec.serviceAccountName ?? 'default',
    ready: !leaving && status?.phase === 'Running' && (ready === undefined || ready.status === 'True'),
    draining: leaving && ready?.status === 'True',
    hostname: spec.subdomain === undefined ? '' : (spec.hostname ?? ''),
    kind: 'Pod',
    ports,
    resource,
  };
}

/** A label cannot hold `/`, so the label form has dots (pilot/pkg/model, GetLocalityLabel). */
function localityOf(labels: Labels, said: string | undefined): Locality {
  const label = labels[LOCALITY_LABEL];
  if (label !== undefined) return parseLocality(label.includes('/') ? label : label.replaceAll('.', '/'));
  return parseLocality(said);
}

/** A Deployment's pod is `<deployment>-<pod-template-hash>-<random>`. */
function workloadOfPod(pod: string, labels: Labels): string {
  const hash = labels['pod-template-hash'];
  const at = hash === undefined ? -1 : pod.lastIndexOf(`-${hash}-`);
  return at > 0 ? pod.slice(0, at) : pod;
}

/** Kubernetes marks what it is about to remove; the rest of a pod's life is its grace period. */
function isBeingDeleted({ raw }: Resource): boolean {
  const { metadata } = raw;
  return isJsonObject(metadata) && typeof metadata['deletionTimestamp'] === 'string';
}
