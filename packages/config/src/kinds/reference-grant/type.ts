/**
 * Which namespaces may refer to objects here.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant
 */
export interface ReferenceGrantSpec {
  readonly from?: readonly ReferenceGrantFrom[];
  readonly to?: readonly ReferenceGrantTo[];
}

/** What may be referred to. */
export interface ReferenceGrantTo {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** Who may refer. */
export interface ReferenceGrantFrom {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
}
