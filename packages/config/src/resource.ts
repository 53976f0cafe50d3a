import type { JsonObject } from './json.ts';
import type { SpecByKind, StatusByKind } from './kinds/spec-by-kind.ts';

/** Names a row of `KINDS`. It is the Kubernetes kind, except that Gateway API's Gateway is `KubernetesGateway`. */
export type KindId = keyof SpecByKind;

/** The part of Kubernetes' ObjectMeta that the mesh and the store read. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for kinds without a namespace; `default` when the document names none. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339; given by the store. */
  readonly creationTimestamp: string | undefined;
  readonly generation: number | undefined;
  readonly resourceVersion: string | undefined;
  readonly uid: string | undefined;
}

/** Where a resource was read from. */
export interface Source {
  readonly file: string;
  /** The line where the document starts, from 1. */
  readonly line: number;
  /** The line of the nearest prefix of `path` (`spec.http[2].match[0]`) that the document has. */
  lineOf(path: string): number;
  columnOf(path: string): number;
}

interface ResourceOf<K extends KindId> {
  /** Discriminates the union: `if (resource.type === 'VirtualService') resource.spec.http`. */
  readonly type: K;
  /** The kind as written: `Gateway` for both kinds of Gateway. */
  readonly kind: string;
  /** As written: `networking.istio.io/v1`, `v1`. */
  readonly apiVersion: string;
  /** `networking.istio.io`; empty for Kubernetes' core group. */
  readonly group: string;
  readonly metadata: ObjectMeta;
  /** The decoded `spec`; for kinds without one (ConfigMap, Endpoints, …) the decoded object itself. */
  readonly spec: SpecByKind[K];
  readonly status: K extends keyof StatusByKind ? StatusByKind[K] | undefined : JsonObject | undefined;
  /** The document as it was read. */
  readonly raw: JsonObject;
  readonly source: Source;
}

/** A decoded object; without an argument, the union of all kinds, discriminated by `type`. */
export type Resource<K extends KindId = KindId> = { readonly [T in K]: ResourceOf<T> }[K];

const grouped = new WeakMap<readonly Resource[], ReadonlyMap<KindId, readonly Resource[]>>();

/** Makes `resourcesOf` quick for a list that will be asked for many kinds and does not change any more. */
export function groupByKind(resources: readonly Resource[]): void {
  grouped.set(
    resources,
    Map.groupBy(resources, (resource) => resource.type),
  );
}

/** The resources of one kind, in order. */
export function resourcesOf<K extends KindId>(resources: readonly Resource[], type: K): Resource<K>[] {
  const known = grouped.get(resources);
  const among = known === undefined ? resources : (known.get(type) ?? []);
  return among.filter((resource): resource is Extract<Resource, { type: K }> & Resource<K> => resource.type === type);
}
