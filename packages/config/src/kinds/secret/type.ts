/** A Secret. Values of `data` are base64; `stringData` is plain text and wins. */
export interface SecretSpec {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}
