/** The configuration object that a piece of xDS came from, as `filter_metadata.weft` names it. */
export interface Origin {
  /** `VirtualService default/orders`. */
  readonly resource: string;
  /** `spec.http[2]`; empty for the whole object. */
  readonly path: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}
