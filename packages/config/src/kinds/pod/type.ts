/**
 * What a mesh reads of a Pod. A pod spec has hundreds of fields that concern the kubelet alone: they are kept in `raw` and not
 * checked.
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 */
export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: SecurityContext;
}

export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly ports?: readonly ContainerPort[];
  readonly env?: readonly ContainerEnvVar[];
  readonly securityContext?: SecurityContext;
}

/** A variable of the program; without `value` it comes from elsewhere (`valueFrom`). */
export interface ContainerEnvVar {
  readonly name?: string;
  readonly value?: string;
}

export interface SecurityContext {
  readonly runAsUser?: number;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

export interface PodStatus {
  readonly phase?: string;
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip?: string }[];
  readonly conditions?: readonly PodCondition[];
}

export interface PodCondition {
  readonly type?: string;
  /** `True`, `False` or `Unknown`. */
  readonly status?: string;
}
