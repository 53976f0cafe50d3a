import type { Metadata } from '@weft/xds/gen/envoy/config/core/v3/base_pb';

/** A workload as `istio_*` metrics name it. Interned: the same workload is the same object, so that series are found by identity. */
export interface WorkloadLabels {
  readonly workload: string;
  readonly namespace: string;
  readonly principal: string;
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
  principal: UNKNOWN,
  app: UNKNOWN,
  version: UNKNOWN,
  canonicalService: UNKNOWN,
  canonicalRevision: 'latest',
  cluster: UNKNOWN,
};

/**
 * Reads `metadata.filter_metadata.istio.workload` of an endpoint: `name;namespace;canonical-service;canonical-revision;cluster`
 * (Istio's short form, pilot/pkg/networking/util: BuildLbEndpointMetadata).
 */
export function endpointWorkload(metadata: Metadata | undefined): WorkloadLabels | undefined {
  const short = metadata?.filterMetadata['istio']?.['workload'];
  if (typeof short !== 'string' || short === '') return undefined;
  const [workload = '', namespace = '', service = '', revision = '', cluster = ''] = short.split(';');
  return {
    workload: workload || UNKNOWN,
    namespace: namespace || UNKNOWN,
    principal: UNKNOWN,
    app: service || UNKNOWN,
    version: revision || UNKNOWN,
    canonicalService: service || UNKNOWN,
    canonicalRevision: revision || 'latest',
    cluster: cluster || UNKNOWN,
  };
}
