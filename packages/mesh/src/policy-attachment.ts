import type { PolicyTargetReference } from '@weft/config';
import { type Labels, selects } from './labels.ts';
import type { Node } from './node.ts';

/** Set on the workloads of a Kubernetes Gateway: its name. */
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const GATEWAY_GROUP = 'gateway.networking.k8s.io';

/** What a policy says about the workloads it is for. */
export interface Attachment {
  readonly namespace: string;
  readonly selector: Labels | undefined;
  readonly targetRefs: readonly PolicyTargetReference[];
}

/**
 * Whether a policy is for a proxy (pilot/pkg/model/policyattachment.go, ShouldAttachPolicy): by labels, or, when it names targets, for the
 * proxies of a Kubernetes Gateway of its own namespace. Such a proxy also takes policies without targets, by labels.
 */
export function attaches(policy: Attachment, node: Pick<Node, 'labels' | 'namespace'>): boolean {
  if (policy.targetRefs.length === 0) return selects(policy.selector ?? {}, node.labels);
  const gateway = node.labels[GATEWAY_NAME];
  if (gateway === undefined || policy.namespace !== node.namespace) return false;
  return policy.targetRefs.some(
    ({ group, kind, name, namespace }) =>
      group === GATEWAY_GROUP &&
      kind === 'Gateway' &&
      name === gateway &&
      (namespace === undefined || namespace === '' || namespace === node.namespace),
  );
}
