/** Kubernetes' ObjectMeta (apimachinery, meta/v1), as far as a store reads it; other keys pass through. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty or absent for a cluster-scoped object. */
  readonly namespace?: string;
  /** Set by the store: changes with every write; opaque to clients, unique over all objects. */
  readonly resourceVersion?: string;
  /** Set by the store: grows when anything but metadata and status changes. */
  readonly generation?: number;
  /** Set by the store, RFC 3339. */
  readonly creationTimestamp?: string;
  /** Set by the store, a UUID: a deleted and re-created object has another one. */
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A typed object as JSON, the shape of the Kubernetes API. Never changed in place. */
export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** What names an object. The API group tells kinds of one name apart (`Gateway` of Istio and of the Gateway API). */
export interface ObjectKey {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

export function keyOf(object: StoredObject): ObjectKey {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** `networking.istio.io/v1` → `networking.istio.io`; `v1` → ``. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** One string for a key, to index by. */
export function printKey(key: ObjectKey): string {
  return `${key.group}/${key.kind}/${key.namespace}/${key.name}`;
}

/** `VirtualService default/orders`, for people. */
export function describeKey(key: ObjectKey): string {
  return `${key.kind} ${key.namespace === '' ? '' : `${key.namespace}/`}${key.name}`;
}
