/**
 * What the data plane decides without a socket, for whoever predicts it: the functions that it runs itself, so that a prediction cannot
 * disagree with it.
 */
export {
  decodeRouteFilterConfig,
  kindOf as httpFilterKindOf,
} from './filters/network/http-connection-manager/http-filters.ts';
export { httpOptions } from './filters/network/http-connection-manager/options.ts';
export { decodeTcpProxy } from './filters/network/tcp-proxy/config.ts';
export { chooseCluster } from './filters/network/tcp-proxy/filter.ts';
export { type PathOutcome, preparePath } from './hcm/prepare-path.ts';
export { prepareAuthority } from './hcm/prepare-request.ts';
export { wantedInspections } from './listener/inspection.ts';
export type { HttpFilterKind } from './stream/http-filter.ts';
export type { PredictedConnection, PredictedReply, PredictedRequest } from './stream/prediction.ts';
export { REPLIES, type ReplyCode } from './stream/replies.ts';
export { matchedSocket } from './tls/upstream-tls.ts';
export { routeTimeouts } from './upstream/timeouts.ts';
