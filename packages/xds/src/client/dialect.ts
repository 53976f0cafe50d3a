import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Node } from '../../gen/envoy/config/core/v3/base_pb.js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import type { Status } from '../../gen/google/rpc/status_pb.js';
import { ADS_PATHS } from '../ads-paths.ts';
import { HEALTH_TYPE_URL } from '../health-information.ts';
import { RESOURCE_KINDS } from '../kinds.ts';
import type { WireResource } from './decode-update.ts';
import type { Interest } from './interest.ts';

export interface WireUpdate {
  readonly typeUrl: string;
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly WireResource[];
  /** Names the response says are gone, given those present in it. */
  removed(interest: Interest, present: ReadonlySet<string>): readonly string[];
}

/** How a client speaks one of the two variants of ADS. */
export interface Dialect<Req extends DescMessage, Res extends DescMessage> {
  readonly path: string;
  readonly request: Req;
  readonly response: Res;
  /** The first request of a kind on a stream. */
  first(interest: Interest, node: Node | undefined): MessageShape<Req>;
  /** A changed subscription. */
  edit(interest: Interest): MessageShape<Req>;
  /** ACK, or NACK with an error; carries what changed in the subscription too. */
  answer(interest: Interest, error: Status | undefined): MessageShape<Req>;
  /** How the workload is. */
  health(problem: string | undefined): MessageShape<Req>;
  read(response: MessageShape<Res>): WireUpdate;
}

export const DELTA: Dialect<typeof DeltaDiscoveryRequestSchema, typeof DeltaDiscoveryResponseSchema> = {
  path: ADS_PATHS.delta,
  request: DeltaDiscoveryRequestSchema,
  response: DeltaDiscoveryResponseSchema,
  first: (interest, node) =>
    create(DeltaDiscoveryRequestSchema, {
      ...(node === undefined ? {} : { node }),
      typeUrl: RESOURCE_KINDS[interest.kind].typeUrl,
      resourceNamesSubscribe: interest.allNames(),
      initialResourceVersions: Object.fromEntries(interest.held),
    }),
  edit: (interest) => create(DeltaDiscoveryRequestSchema, editOf(interest)),
  answer: (interest, error) =>
    create(DeltaDiscoveryRequestSchema, {
      ...editOf(interest),
      responseNonce: interest.nonce,
      ...(error === undefined ? {} : { errorDetail: error }),
    }),
  health: (problem) => create(DeltaDiscoveryRequestSchema, healthOf(problem)),
  read: (response) => ({
    typeUrl: response.typeUrl,
    version: response.systemVersionInfo,
    nonce: response.nonce,
    resources: response.resources.map(({ name, version, resource }) => ({ name, version, any: resource })),
    removed: () => response.removedResources,
  }),
};

function editOf(interest: Interest): {
  typeUrl: string;
  resourceNamesSubscribe: string[];
  resourceNamesUnsubscribe: string[];
} {
  const { subscribe, unsubscribe } = interest.takeEdit();
  return {
    typeUrl: RESOURCE_KINDS[interest.kind].typeUrl,
    resourceNamesSubscribe: [...subscribe],
    resourceNamesUnsubscribe: [...unsubscribe],
  };
}

export const SOTW: Dialect<typeof DiscoveryRequestSchema, typeof DiscoveryResponseSchema> = {
  path: ADS_PATHS.sotw,
  request: DiscoveryRequestSchema,
  response: DiscoveryResponseSchema,
  first: (interest, node) => sotw(interest, node, undefined),
  edit(interest) {
    interest.takeEdit();
    return sotw(interest, undefined, undefined);
  },
  answer(interest, error) {
    interest.takeEdit();
    return sotw(interest, undefined, error);
  },
  health: (problem) => create(DiscoveryRequestSchema, healthOf(problem)),
  read: (response) => ({
    typeUrl: response.typeUrl,
    version: response.versionInfo,
    nonce: response.nonce,
    resources: response.resources.map((any) => ({ name: undefined, version: undefined, any })),
    removed: (interest, present) =>
      RESOURCE_KINDS[interest.kind].fullStateInSotw
        ? [...interest.held.keys()].filter((name) => !present.has(name))
        : [],
  }),
};

/** Every state-of-the-world request repeats the whole list and the last accepted version. */
function sotw(interest: Interest, node: Node | undefined, error: Status | undefined): DiscoveryRequest {
  return create(DiscoveryRequestSchema, {
    ...(node === undefined ? {} : { node }),
    typeUrl: RESOURCE_KINDS[interest.kind].typeUrl,
    versionInfo: interest.acceptedVersion,
    resourceNames: interest.allNames(),
    responseNonce: interest.nonce,
    ...(error === undefined ? {} : { errorDetail: error }),
  });
}

/** A request without names: only its type and, when the workload is ill, its error mean something (pkg/istio-agent/xds_proxy.go). */
function healthOf(problem: string | undefined): { typeUrl: string; errorDetail?: { code: number; message: string } } {
  const INTERNAL = 13;
  return {
    typeUrl: HEALTH_TYPE_URL,
    ...(problem !== undefined && { errorDetail: { code: INTERNAL, message: problem } }),
  };
}
