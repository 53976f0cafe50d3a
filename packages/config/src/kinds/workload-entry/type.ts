/**
 * One workload outside Kubernetes; also the form of an endpoint of a ServiceEntry.
 *
 * https://istio.io/latest/docs/reference/config/networking/workload-entry/
 */
export interface WorkloadEntrySpec {
  readonly address?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly locality?: string;
  readonly network?: string;
  readonly ports?: Readonly<Record<string, number>>;
  readonly serviceAccount?: string;
  readonly weight?: number;
}
