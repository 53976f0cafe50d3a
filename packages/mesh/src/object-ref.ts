import type { SourcePosition } from '@weft/base';
import type { Resource } from '@weft/config';

/** Which object something comes from. `creation` is in whole seconds since the epoch, the resolution Kubernetes keeps. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly creation: number;
  /** The position of a path inside the object, such as `spec.http[2].match[0]`. */
  positionOf(path: string): SourcePosition;
}

/** A place inside an object: what `explain` shows and issues point at. */
export interface Origin {
  readonly ref: ObjectRef;
  readonly path: string;
}

const refs = new WeakMap<Resource, ObjectRef>();

/** The reference to a resource: one object per resource, so that identity can be compared. */
export function refOf(resource: Resource): ObjectRef {
  const known = refs.get(resource);
  if (known !== undefined) return known;
  const { metadata } = resource;
  const created = metadata.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
  const ref: ObjectRef = {
    kind: resource.kind,
    namespace: metadata.namespace,
    name: metadata.name,
    creation: Number.isNaN(created) ? 0 : Math.floor(created / 1000),
    positionOf: (path) => ({ file: resource.source.file, line: resource.source.lineOf(path) }),
  };
  refs.set(resource, ref);
  return ref;
}

/** `default/orders`: tells objects of one kind apart. */
export function keyOf({ metadata }: Resource): string {
  return `${metadata.namespace}/${metadata.name}`;
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
