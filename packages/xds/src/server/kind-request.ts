import { create } from '@bufbuild/protobuf';
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
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

export function toDelta(out: Outgoing, identifier: string): DeltaDiscoveryResponse {
  return create(DeltaDiscoveryResponseSchema, {
    typeUrl: RESOURCE_KINDS[out.kind].typeUrl,
    systemVersionInfo: out.version,
    nonce: out.nonce,
    resources: out.resources.map(({ name, version, any }) => create(ResourceSchema, { name, version, resource: any })),
    removedResources: [...out.removed],
    controlPlane: { identifier },
  });
}
