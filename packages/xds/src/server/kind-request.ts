import { create, toBinary } from '@bufbuild/protobuf';
import type { DeltaDiscoveryRequest, DiscoveryRequest } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
  ResourceSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { parseErrorDetail } from '../error-detail.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../kinds.ts';
import type { XdsResource } from '../resource.ts';
import type { KindRequest } from './requested-names.ts';
import { partsOf } from './sent-versions.ts';
import type { Outgoing } from './session.ts';
import type { Answer } from './subscription.ts';

/** A state-of-the-world request in the words of a session. */
export function ofSotw(kind: ResourceKind, request: DiscoveryRequest): KindRequest {
  return { kind, answer: answerOf(request), subscribe: request.resourceNames, unsubscribe: [], held: {} };
}

export function ofDelta(kind: ResourceKind, request: DeltaDiscoveryRequest): KindRequest {
  return {
    kind,
    answer: answerOf(request),
    subscribe: request.resourceNamesSubscribe,
    unsubscribe: request.resourceNamesUnsubscribe,
    held: request.initialResourceVersions,
  };
}

function answerOf(request: DiscoveryRequest | DeltaDiscoveryRequest): Answer | undefined {
  if (request.responseNonce === '') return undefined;
  const error = request.errorDetail;
  return {
    nonce: request.responseNonce,
    error: error === undefined ? undefined : { message: error.message, resources: parseErrorDetail(error) },
  };
}

/** Encodes a response, in parts: the resources, which many streams get alike, and the fields of one stream. */
export type EncodeResponse = (out: Outgoing, identifier: string) => readonly Uint8Array[];

export const encodeSotw: EncodeResponse = (out, identifier) => [
  ...partsOf(out.resources).map(sotwResources.bytesOf),
  toBinary(
    DiscoveryResponseSchema,
    create(DiscoveryResponseSchema, {
      typeUrl: RESOURCE_KINDS[out.kind].typeUrl,
      versionInfo: out.version,
      nonce: out.nonce,
      controlPlane: { identifier },
    }),
  ),
];

export const encodeDelta: EncodeResponse = (out, identifier) => [
  ...partsOf(out.resources).map(deltaResources.bytesOf),
  toBinary(
    DeltaDiscoveryResponseSchema,
    create(DeltaDiscoveryResponseSchema, {
      typeUrl: RESOURCE_KINDS[out.kind].typeUrl,
      systemVersionInfo: out.version,
      nonce: out.nonce,
      removedResources: [...out.removed],
      controlPlane: { identifier },
    }),
  ),
];

/**
 * Encoded lists of resources. Encoding a thousand resources for each of thousands of proxies would cost more than all the rest, and
 * copying them would hold gigabytes; fields of a protobuf message may come in any order, and those of a list one after the other. The
 * list is the key: proxies that move from one shared map to another have the same list (see diffOf), and the bytes live as long as it does.
 */
class EncodedLists {
  readonly #bytes = new WeakMap<readonly XdsResource[], Uint8Array>();
  readonly #encode: (resources: readonly XdsResource[]) => Uint8Array;

  constructor(encode: (resources: readonly XdsResource[]) => Uint8Array) {
    this.#encode = encode;
  }

  readonly bytesOf = (resources: readonly XdsResource[]): Uint8Array => {
    const known = this.#bytes.get(resources);
    if (known !== undefined) return known;
    const bytes = this.#encode(resources);
    this.#bytes.set(resources, bytes);
    return bytes;
  };
}

const deltaResources = new EncodedLists((list) => {
  const resources = list.map(({ name, version, any }) => create(ResourceSchema, { name, version, resource: any }));
  return toBinary(DeltaDiscoveryResponseSchema, create(DeltaDiscoveryResponseSchema, { resources }));
});

const sotwResources = new EncodedLists((list) =>
  toBinary(DiscoveryResponseSchema, create(DiscoveryResponseSchema, { resources: list.map(({ any }) => any) })),
);
