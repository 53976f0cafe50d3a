/** A Namespace: the mesh reads its labels and annotations. */
export interface NamespaceSpec {
  readonly finalizers?: readonly string[];
}
