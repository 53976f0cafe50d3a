/** Every HTTP filter of this proxy. A filter that is not here is refused by name, unless it is optional. */
import type { HttpFilterKind } from '../../stream/http-filter.ts';
import { alpn } from './alpn/filter.ts';
import { buffer } from './buffer/filter.ts';
import { compressor } from './compressor/filter.ts';
import { cors } from './cors/filter.ts';
import { dynamicForwardProxy } from './dynamic-forward-proxy/filter.ts';
import { fault } from './fault/filter.ts';
import { grpcStats } from './grpc-stats/filter.ts';
import { grpcWeb } from './grpc-web/filter.ts';
import { headerMutation } from './header-mutation/filter.ts';
import { healthCheck } from './health-check/filter.ts';
import { istioStats } from './istio-stats/filter.ts';
import { localRateLimit } from './local-ratelimit/filter.ts';
import { peerMetadata } from './peer-metadata/filter.ts';
import { rateLimit } from './ratelimit/filter.ts';
import { router } from './router/filter.ts';

export const HTTP_FILTERS: readonly HttpFilterKind[] = [
  alpn,
  buffer,
  compressor,
  cors,
  dynamicForwardProxy,
  fault,
  grpcStats,
  grpcWeb,
  headerMutation,
  healthCheck,
  istioStats,
  localRateLimit,
  peerMetadata,
  rateLimit,
  router,
];
