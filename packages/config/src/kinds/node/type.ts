/** A Node: the mesh reads its labels, which say where pods are. */
export interface NodeSpec {
  readonly podCIDR?: string;
}
