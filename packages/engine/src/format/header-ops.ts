import type { Format } from './format.ts';

export type HeaderOpKind = 'remove' | 'append' | 'add-if-absent' | 'overwrite-or-add' | 'overwrite-if-exists';

export interface HeaderOp {
  readonly kind: HeaderOpKind;
  /** Lower-case. */
  readonly name: string;
  readonly value: Format;
  readonly keepEmpty: boolean;
}

/** Header operations in the order to apply them; `undefined` when there are none, so that the common case is one comparison. */
export type HeaderOps = readonly HeaderOp[] | undefined;
