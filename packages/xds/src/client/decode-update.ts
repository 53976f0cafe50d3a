import { fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { ResourceSchema } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { RESOURCE_KINDS, type ResourceKind, type ResourceMessage } from '../kinds.ts';
import type { ReceivedResource, Rejection } from './ads-client.ts';

/** A resource as the wire has it; state of the world knows no name or version beside the bytes. */
export interface WireResource {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly any: Any | undefined;
}

export interface DecodedResources<K extends ResourceKind> {
  readonly resources: readonly ReceivedResource<K>[];
  /** Those that are not what their type says. */
  readonly rejections: readonly Rejection[];
}

const WRAPPER = `type.googleapis.com/${ResourceSchema.typeName}`;

/** Decodes the resources of one response. `version` is the response's, for resources that have none of their own. */
export function decodeResources<K extends ResourceKind>(
  kind: K,
  version: string,
  wire: readonly WireResource[],
): DecodedResources<K> {
  const resources: ReceivedResource<K>[] = [];
  const rejections: Rejection[] = [];
  wire.forEach((entry, index) => {
    const { name, version: own, any } = unwrap(entry);
    const label = name ?? `#${index}`;
    if (any === undefined || any.typeUrl !== RESOURCE_KINDS[kind].typeUrl) {
      const message = `its type is '${any?.typeUrl ?? ''}', not '${RESOURCE_KINDS[kind].typeUrl}'`;
      rejections.push({ name: label, at: '', message });
      return;
    }
    try {
      const message: ResourceMessage<K> = fromBinary(RESOURCE_KINDS[kind].schema, any.value);
      resources.push({ name: name ?? RESOURCE_KINDS[kind].nameOf(message), version: own ?? version, message });
    } catch (error) {
      rejections.push({ name: label, at: '', message: `it cannot be decoded: ${String(error)}` });
    }
  });
  return { resources, rejections };
}

/** discovery.proto: a state-of-the-world resource may come inside a `Resource`, which gives it a name and a version. */
function unwrap(entry: WireResource): WireResource {
  if (entry.any?.typeUrl !== WRAPPER) return entry;
  const inner = fromBinary(ResourceSchema, entry.any.value);
  return { name: inner.name, version: inner.version === '' ? undefined : inner.version, any: inner.resource };
}
