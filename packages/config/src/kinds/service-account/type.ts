import type { ObjectReference } from '../endpoints/type.ts';

/** A ServiceAccount: its name is the identity of workloads. */
export interface ServiceAccountSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly secrets?: readonly ObjectReference[];
}
