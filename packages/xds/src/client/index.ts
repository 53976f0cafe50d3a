/** The half of this package that a proxy needs: kinds and the ADS client, without the server. */

export type { ResourceKind, ResourceMessage } from '../kinds.ts';
export { KINDS_IN_ORDER, kindOfTypeUrl, RESOURCE_KINDS } from '../kinds.ts';
export type {
  AdsClient,
  AdsClientOptions,
  AdsHandler,
  Backoff,
  ClientKindStatus,
  KindUpdate,
  ReceivedResource,
  Rejection,
  XdsUpdate,
} from './ads-client.ts';
export { connectAds } from './connect-ads.ts';
export type { GrpcCall, GrpcCallSink, OpenGrpcCall } from './grpc-call.ts';
