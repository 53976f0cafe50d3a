import { create, fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import { anyPack, anyUnpack, StructSchema } from '@bufbuild/protobuf/wkt';
import { type Status, StatusSchema } from '../gen/google/rpc/status_pb.js';
import { RESOURCE_KINDS, type ResourceKind } from './kinds.ts';

/** One refused resource inside a NACK. */
export interface RefusedResource {
  readonly name: string;
  readonly at: string;
  readonly message: string;
}

const INVALID_ARGUMENT = 3;

/**
 * `error_detail` of a NACK: a message for people, as Envoy writes it, and the same as a `google.protobuf.Struct` so that a server that
 * knows us need not parse prose.
 */
export function printErrorDetail(kind: ResourceKind, refused: readonly RefusedResource[]): Status {
  const lines = refused.map(({ name, at, message }) => `${name}: ${at === '' ? '' : `${at}: `}${message}`);
  const json: JsonObject = { refused: refused.map(({ name, at, message }) => ({ name, at, message })) };
  return create(StatusSchema, {
    code: INVALID_ARGUMENT,
    message: `${RESOURCE_KINDS[kind].short} refused: ${lines.join('; ')}`,
    details: [anyPack(StructSchema, fromJson(StructSchema, json))],
  });
}

/** The refused resources of a NACK of ours; nothing for one of Envoy, which only writes a message. */
export function parseErrorDetail(status: Status): readonly RefusedResource[] {
  for (const detail of status.details) {
    const struct = anyUnpack(detail, StructSchema);
    if (struct === undefined) continue;
    const json = toJson(StructSchema, struct);
    const refused = json !== null && typeof json === 'object' && !Array.isArray(json) ? json['refused'] : undefined;
    if (!Array.isArray(refused)) continue;
    return refused.flatMap((entry) => {
      if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return [];
      return [{ name: String(entry['name']), at: String(entry['at']), message: String(entry['message']) }];
    });
  }
  return [];
}
