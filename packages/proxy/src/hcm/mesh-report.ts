import type { IstioMetrics } from '../telemetry/istio/istio-metrics.ts';
import type { LabelTable } from '../telemetry/istio/label-table.ts';
import type { Reporter } from '../telemetry/istio/metric-labels.ts';

/** What makes a listener one of the mesh: it counts for one side of a connection, and says who it is. */
export interface MeshReport {
  readonly reporter: Reporter;
  readonly metrics: IstioMetrics;
  readonly labels: LabelTable;
  /** Values of `x-envoy-peer-metadata-id` and `x-envoy-peer-metadata`. */
  readonly nodeId: string;
  readonly nodeMetadata: string;
}
