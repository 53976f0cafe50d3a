import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { messageRegistry } from '@weft/xds/registry';
import { mergeMessage } from './merge-message.ts';

/** Why a patch could not be put where it belongs. Its message is for people. */
export class PatchFailure extends Error {}

/** The two messages inside, merged; both have to be of one type (networking/util, MergeAnyWithAny). */
export function mergeAny(into: Any, from: Any): Any {
  const name = typeName(into.typeUrl);
  if (name !== typeName(from.typeUrl)) {
    throw new PatchFailure(`a ${typeName(from.typeUrl)} cannot be merged into the ${name} that is there`);
  }
  const schema = messageRegistry().getMessage(name);
  if (schema === undefined) throw new PatchFailure(`the type ${name} is not known, so nothing can be merged into it`);
  const message = fromBinary(schema, into.value);
  mergeMessage(schema, message, fromBinary(schema, from.value), false);
  return create(AnySchema, { typeUrl: into.typeUrl, value: toBinary(schema, message) });
}

export function typeName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}
