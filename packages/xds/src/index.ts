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
} from './client/ads-client.ts';
export { connectAds } from './client/connect-ads.ts';
export type { GrpcCall, GrpcCallSink, OpenGrpcCall } from './client/grpc-call.ts';
export { type GrpcTls, grpcJsCalls } from './client/grpc-js-call.ts';
export type { ResourceKind, ResourceMessage } from './kinds.ts';
export { forEachKind, KINDS_IN_ORDER, kindOfTypeUrl, RESOURCE_KINDS } from './kinds.ts';
export { messageRegistry } from './registry.ts';
export type { XdsResource, XdsSet } from './resource.ts';
export { EMPTY_XDS_SET, encodeResource, versionOfAll } from './resource.ts';
export type {
  AdsLimits,
  AdsObserver,
  AdsServer,
  AdsServerOptions,
  AdsTls,
  Authorization,
  AuthorizationRequest,
  BoundAddress,
  ConnectedProxy,
  ProxyConfigSource,
  Settlement,
} from './server/ads-server.ts';
export type { KindStatus, NackStatus, ProxyStatus, RejectedResource, SyncState } from './server/proxy-status.ts';
export { startAdsServer } from './server/start-ads-server.ts';
