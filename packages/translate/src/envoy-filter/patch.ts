import type { Message } from '@bufbuild/protobuf';
import type { EnvoyConfigMatch, EnvoyConfigPatch, EnvoyPatch } from '@weft/config';
import type { ObjectRef } from '@weft/mesh';

export type ApplyTo = Exclude<NonNullable<EnvoyConfigPatch['applyTo']>, 'INVALID'>;
export type Operation = Exclude<NonNullable<EnvoyPatch['operation']>, 'INVALID'>;
export type FilterClass = NonNullable<EnvoyPatch['filterClass']>;

/** The side of a proxy that a piece of configuration belongs to. */
export type PatchContext = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY';

/** One entry of `configPatches`, its value read. */
export interface Patch {
  readonly applyTo: ApplyTo;
  readonly operation: Operation;
  readonly filterClass: FilterClass;
  readonly context: NonNullable<EnvoyConfigMatch['context']>;
  readonly match: EnvoyConfigMatch;
  /** The message that `applyTo` calls for; undefined for a patch that removes. */
  readonly value: Message | undefined;
  readonly ref: ObjectRef;
  /** `spec.configPatches[2]`. */
  readonly path: string;
}

export function isMerge({ operation }: Patch): boolean {
  return operation === 'MERGE' || operation === 'MERGE_AND_REPLACE_LIST';
}

/** Whether a patch is for a side of the proxy. */
export function isFor(patch: Patch, context: PatchContext): boolean {
  return patch.context === context || patch.context === 'ANY';
}
