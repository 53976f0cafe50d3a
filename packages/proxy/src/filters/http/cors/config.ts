import type { Decoded } from '@weft/base';
import {
  checkFields,
  compileStringMatch,
  Issues,
  SHARED_MESSAGES,
  type StringMatch,
  type SupportedMessages,
} from '@weft/engine';
import { type CorsPolicy, CorsPolicySchema } from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';

/** A route's answer to requests from other origins (Fetch standard, "CORS protocol"). Empty texts leave their header out. */
export interface CorsConfig {
  readonly enabled: boolean;
  readonly origins: readonly StringMatch[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAge: string;
  readonly allowCredentials: boolean;
  /** Preflights whose origin is not allowed go to the upstream instead of being answered here. */
  readonly forwardUnmatched: boolean;
}

const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  'envoy.extensions.filters.http.cors.v3.CorsPolicy': {
    read: [
      'allow_origin_string_match',
      'allow_methods',
      'allow_headers',
      'expose_headers',
      'max_age',
      'allow_credentials',
      'filter_enabled',
      'forward_not_matching_preflights',
    ],
  },
};

export function decodeCorsPolicy(message: CorsPolicy, at: string): Decoded<CorsConfig> {
  const issues = new Issues('CorsPolicy');
  checkFields(CorsPolicySchema, message, at, SUPPORTED, issues);
  const share = message.filterEnabled?.defaultValue;
  if (share !== undefined && share.numerator !== 0 && share.numerator < 100) {
    issues.error(
      `${at}.filter_enabled`,
      'unsupported-value',
      'a share of requests is not supported',
      '0 or 100 percent',
    );
  }
  return issues.end({
    enabled: share === undefined || share.numerator > 0,
    origins: message.allowOriginStringMatch.map((match, i) =>
      compileStringMatch(match, `${at}.allow_origin_string_match[${i}]`, issues),
    ),
    allowMethods: message.allowMethods,
    allowHeaders: message.allowHeaders,
    exposeHeaders: message.exposeHeaders,
    maxAge: message.maxAge,
    allowCredentials: message.allowCredentials ?? false,
    forwardUnmatched: message.forwardNotMatchingPreflights ?? true,
  });
}
