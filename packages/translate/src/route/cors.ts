import { create } from '@bufbuild/protobuf';
import type { CorsPolicy } from '@weft/config';
import {
  CorsPolicySchema,
  type CorsPolicy as EnvoyCors,
} from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';
import { runtimePercent, wholePercent } from '../wire/percent.ts';
import { stringMatcher } from '../wire/string-match.ts';

/** `corsPolicy` → the CORS filter's per-route config (route.go, TranslateCORSPolicy). */
export function corsPolicy(policy: CorsPolicy): EnvoyCors {
  const origins = policy.allowOrigins ?? (policy.allowOrigin ?? []).map((exact) => ({ exact }));
  return create(CorsPolicySchema, {
    forwardNotMatchingPreflights: policy.unmatchedPreflights !== 'IGNORE',
    allowOriginStringMatch: origins.map(stringMatcher),
    filterEnabled: runtimePercent(wholePercent(100)),
    ...(policy.allowCredentials !== undefined && { allowCredentials: policy.allowCredentials }),
    allowHeaders: (policy.allowHeaders ?? []).join(),
    allowMethods: (policy.allowMethods ?? []).join(),
    exposeHeaders: (policy.exposeHeaders ?? []).join(),
    maxAge: policy.maxAgeMs === undefined ? '' : String(Math.trunc(policy.maxAgeMs / 1000)),
  });
}
