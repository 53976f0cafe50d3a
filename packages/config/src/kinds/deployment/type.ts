import type { PodSpec } from '../pod/type.ts';

/**
 * What analysis reads of a Deployment: the pods it will make. The rest concerns Kubernetes alone.
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
 */
export interface DeploymentSpec {
  readonly template?: PodTemplate;
}

export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: PodSpec;
}
