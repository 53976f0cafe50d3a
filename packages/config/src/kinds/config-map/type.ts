/** A ConfigMap. Values of `binaryData` are base64. */
export interface ConfigMapSpec {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}
