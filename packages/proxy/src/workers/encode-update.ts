import { type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type KindUpdate,
  RESOURCE_KINDS,
  type ReceivedResource,
  type ResourceKind,
  type ResourceMessage,
  type XdsUpdate,
} from '@weft/xds/client';
import type { EncodedUpdate } from './messages.ts';

/** Encodes an update once, for all workers. */
export function encodeUpdate(update: XdsUpdate): EncodedUpdate {
  // One schema a kind: which one, the compiler cannot follow through the union.
  const schema: DescMessage = RESOURCE_KINDS[update.kind].schema;
  const resources = update.resources.map(({ name, version, message }) => ({
    name,
    version,
    bytes: toBinary(schema, message),
  }));
  return { kind: update.kind, version: update.version, resources, removed: update.removed };
}

export function decodeUpdate(encoded: EncodedUpdate): XdsUpdate {
  const { kind, version, removed } = encoded;
  const update: KindUpdate<ResourceKind> = { kind, version, resources: decodeResources(kind, encoded), removed };
  // `kind` and the messages belong together: both come from one row of RESOURCE_KINDS.
  return update as XdsUpdate;
}

function decodeResources<K extends ResourceKind>(
  kind: K,
  { resources }: EncodedUpdate,
): readonly ReceivedResource<K>[] {
  return resources.map(({ name, version, bytes }) => {
    const message: ResourceMessage<K> = fromBinary(RESOURCE_KINDS[kind].schema, bytes);
    return { name, version, message };
  });
}
