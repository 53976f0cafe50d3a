/** The labels of Istio's standard metrics (istio.io/docs/reference/config/metrics). */
import type { Labels } from '../registry.ts';
import type { ServiceLabels } from './service-labels.ts';
import { UNKNOWN, type WorkloadLabels } from './workload-labels.ts';

/** Which side of a connection the numbers come from. */
export type Reporter = 'source' | 'destination' | 'waypoint';

/** What distinguishes one outcome from another between the same two workloads. */
export interface Outcome {
  readonly protocol: 'http' | 'grpc' | 'tcp';
  /** 0 for TCP. */
  readonly responseCode: number;
  readonly responseFlags: string;
  readonly grpcStatus: string;
  readonly sourcePrincipal: string;
  readonly destinationPrincipal: string;
  readonly mutualTls: boolean;
}

/** Every label in the order of Istio's documentation. */
export function metricLabels(
  reporter: Reporter,
  source: WorkloadLabels,
  destination: WorkloadLabels,
  service: ServiceLabels | undefined,
  outcome: Outcome,
): Labels {
  const http: Labels =
    outcome.protocol === 'tcp'
      ? []
      : [
          ['response_code', String(outcome.responseCode)],
          ['grpc_response_status', outcome.grpcStatus],
        ];
  return [
    ['reporter', reporter],
    ['source_workload', source.workload],
    ['source_canonical_service', source.canonicalService],
    ['source_canonical_revision', source.canonicalRevision],
    ['source_workload_namespace', source.namespace],
    ['source_principal', outcome.sourcePrincipal],
    ['source_app', source.app],
    ['source_version', source.version],
    ['source_cluster', source.cluster],
    ['destination_workload', destination.workload],
    ['destination_workload_namespace', destination.namespace],
    ['destination_principal', outcome.destinationPrincipal],
    ['destination_app', destination.app],
    ['destination_version', destination.version],
    ['destination_service', service?.host || UNKNOWN],
    ['destination_canonical_service', destination.canonicalService],
    ['destination_canonical_revision', destination.canonicalRevision],
    ['destination_service_name', service?.name || UNKNOWN],
    ['destination_service_namespace', service?.namespace || destination.namespace],
    ['destination_cluster', destination.cluster],
    ['request_protocol', outcome.protocol],
    ...http,
    ['response_flags', outcome.responseFlags || '-'],
    // Only the server side knows what secured the connection it accepted (Istio's documentation of the label).
    ['connection_security_policy', reporter === 'source' ? UNKNOWN : outcome.mutualTls ? 'mutual_tls' : 'none'],
  ];
}

/** Labels that are known only when a request has ended. */
const OUTCOME_LABELS: ReadonlySet<string> = new Set([
  'request_protocol',
  'response_code',
  'grpc_response_status',
  'response_flags',
  'connection_security_policy',
]);

export function withoutOutcome(labels: Labels): Labels {
  return labels.filter(([name]) => !OUTCOME_LABELS.has(name));
}

/** Stands for all series beyond the limit. */
export const OVERFLOW: Outcome = {
  protocol: 'http',
  responseCode: 0,
  responseFlags: '',
  grpcStatus: '',
  sourcePrincipal: 'overflow',
  destinationPrincipal: 'overflow',
  mutualTls: false,
};

export function overflowLabels(reporter: Reporter, outcome: Outcome): Labels {
  const overflow: WorkloadLabels = {
    workload: 'overflow',
    namespace: 'overflow',
    app: 'overflow',
    version: 'overflow',
    canonicalService: 'overflow',
    canonicalRevision: 'overflow',
    cluster: 'overflow',
  };
  return metricLabels(
    reporter,
    overflow,
    overflow,
    { host: 'overflow', name: 'overflow', namespace: 'overflow' },
    outcome,
  );
}
