import type { SourcePosition } from '@weft/base';

/** Which object something comes from. `creation` is in whole seconds since the epoch, the resolution Kubernetes keeps. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly creation: number;
  /** The position of a path inside the object, such as `spec.http[2].match[0]`, when the object came from a file. */
  positionOf(path: string): SourcePosition | undefined;
}

/** `VirtualService default/orders`, the form issues and `explain` print. */
export function formatRef(ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** Oldest first, then by name, then by namespace: Istio's order of configuration (pilot/pkg/model/config.go). */
export function byCreation(a: ObjectRef, b: ObjectRef): number {
  return a.creation - b.creation || compareText(a.name, b.name) || compareText(a.namespace, b.namespace);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
