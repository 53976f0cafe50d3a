/** Workloads an object applies to: every label must be equal. */
export interface WorkloadSelector {
  readonly labels?: Readonly<Record<string, string>>;
}

/** The Gateway, Service or ServiceEntry a policy is attached to. */
export interface PolicyTargetReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Pods a policy applies to: every label must be equal. */
export interface PolicySelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}
