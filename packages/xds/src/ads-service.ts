import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { MethodDefinition } from '@grpc/grpc-js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '../gen/envoy/service/discovery/v3/discovery_pb.js';
import { ADS_PATHS } from './ads-paths.ts';

export type AdsService = {
  readonly StreamAggregatedResources: MethodDefinition<DiscoveryRequest, DiscoveryResponse>;
  readonly DeltaAggregatedResources: MethodDefinition<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
};

/** envoy/service/discovery/v3/ads.proto, AggregatedDiscoveryService, as grpc-js describes a service. */
export const ADS_SERVICE: AdsService = {
  StreamAggregatedResources: method(ADS_PATHS.sotw, DiscoveryRequestSchema, DiscoveryResponseSchema),
  DeltaAggregatedResources: method(ADS_PATHS.delta, DeltaDiscoveryRequestSchema, DeltaDiscoveryResponseSchema),
};

function method<I extends DescMessage, O extends DescMessage>(
  path: string,
  request: I,
  response: O,
): MethodDefinition<MessageShape<I>, MessageShape<O>> {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: (message) => bufferOf(toBinary(request, message)),
    requestDeserialize: (bytes) => fromBinary(request, bytes),
    responseSerialize: (message) => bufferOf(toBinary(response, message)),
    responseDeserialize: (bytes) => fromBinary(response, bytes),
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
