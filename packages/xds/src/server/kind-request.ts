import { create, toBinary } from '@bufbuild/protobuf';
import type {
  DeltaDiscoveryRequest,
  DiscoveryRequest,
  DiscoveryResponse,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
  ResourceSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { parseErrorDetail } from '../error-detail.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../kinds.ts';
import type { XdsResource } from '../resource.ts';
import type { KindRequest, Outgoing } from './session.ts';
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

export function toSotw(out: Outgoing, identifier: string): DiscoveryResponse {
  return create(DiscoveryResponseSchema, {
    typeUrl: RESOURCE_KINDS[out.kind].typeUrl,
    versionInfo: out.version,
    nonce: out.nonce,
    resources: out.resources.map((resource) => resource.any),
    controlPlane: { identifier },
  });
}

/**
 * Encoded resources of responses that many proxies get alike. The list is the key: proxies that move from one shared map to another have
 * the same list (see diffOf), and the bytes live as long as it does.
 */
const bodies = new WeakMap<readonly XdsResource[], Uint8Array>();

/**
 * A delta response as bytes. Encoding a thousand resources for each of thousands of proxies would cost more than all the rest, so the part that
 * does not depend on the stream is encoded once; fields of a protobuf message may come in any order.
 */
export function encodeDelta(out: Outgoing, identifier: string): Uint8Array {
  let body = bodies.get(out.resources);
  if (body === undefined) {
    const resources = out.resources.map(({ name, version, any }) =>
      create(ResourceSchema, { name, version, resource: any }),
    );
    body = toBinary(DeltaDiscoveryResponseSchema, create(DeltaDiscoveryResponseSchema, { resources }));
    bodies.set(out.resources, body);
  }
  const rest = create(DeltaDiscoveryResponseSchema, {
    typeUrl: RESOURCE_KINDS[out.kind].typeUrl,
    systemVersionInfo: out.version,
    nonce: out.nonce,
    removedResources: [...out.removed],
    controlPlane: { identifier },
  });
  return Buffer.concat([body, toBinary(DeltaDiscoveryResponseSchema, rest)]);
}
