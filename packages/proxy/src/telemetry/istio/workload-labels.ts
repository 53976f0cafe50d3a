import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Metadata } from '@weft/xds/gen/envoy/config/core/v3/base_pb';

/** A workload as `istio_*` metrics name it. Interned by LabelTable: the same workload is the same object. */
export interface WorkloadLabels {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly canonicalService: string;
  readonly canonicalRevision: string;
  readonly cluster: string;
}

/** Istio's word for what is not known; dashboards filter by it. */
export const UNKNOWN = 'unknown';

export const UNKNOWN_WORKLOAD: WorkloadLabels = {
  workload: UNKNOWN,
  namespace: UNKNOWN,
  app: UNKNOWN,
  version: UNKNOWN,
  canonicalService: UNKNOWN,
  canonicalRevision: 'latest',
  cluster: UNKNOWN,
};

/**
 * Reads `metadata.filter_metadata.istio.workload` of an endpoint: `name;namespace;canonical-service;canonical-revision;cluster`.
 * The form has no app and version, so those stay unknown until the peer's own metadata says them (istio/proxy, metadata_object).
 */
export function workloadOfEndpoint(metadata: Metadata | undefined): WorkloadLabels | undefined {
  const short = metadata?.filterMetadata['istio']?.['workload'];
  if (typeof short !== 'string') return undefined;
  const parts = short.split(';');
  if (parts.length < 5) return undefined;
  const [workload, namespace, service, revision, cluster] = parts;
  return {
    workload: workload || UNKNOWN,
    namespace: namespace || UNKNOWN,
    app: UNKNOWN,
    version: UNKNOWN,
    canonicalService: service || UNKNOWN,
    canonicalRevision: revision || 'latest',
    cluster: cluster || UNKNOWN,
  };
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function object(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/**
 * Reads node metadata, or a peer's metadata, in Istio's field names: NAMESPACE, WORKLOAD_NAME, CLUSTER_ID and LABELS with `app`,
 * `version` and the canonical name and revision (`service.istio.io/…`), which fall back on them as Istio's injector does.
 */
export function workloadOfMetadata(metadata: JsonObject): WorkloadLabels {
  const labels = object(metadata['LABELS']);
  const workload = text(metadata['WORKLOAD_NAME']) ?? UNKNOWN;
  const app = text(labels['app']) ?? text(labels['app.kubernetes.io/name']);
  const version = text(labels['version']) ?? text(labels['app.kubernetes.io/version']);
  return {
    workload,
    namespace: text(metadata['NAMESPACE']) ?? UNKNOWN,
    app: app ?? UNKNOWN,
    version: version ?? UNKNOWN,
    canonicalService: text(labels['service.istio.io/canonical-name']) ?? app ?? workload,
    canonicalRevision: text(labels['service.istio.io/canonical-revision']) ?? version ?? 'latest',
    cluster: text(metadata['CLUSTER_ID']) ?? UNKNOWN,
  };
}
