import type { Decoded } from '@weft/base';
import {
  checkFields,
  compileStringMatch,
  type Fraction,
  fraction,
  Issues,
  SHARED_MESSAGES,
  type StringMatch,
  type SupportedMessages,
} from '@weft/engine';
import type { RuntimeFractionalPercent } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { type CorsPolicy, CorsPolicySchema } from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';

/** What a route, virtual host or route table says of requests from other origins. Undefined and empty fields leave it to the next level. */
export interface CorsConfig {
  readonly enabled: Fraction;
  /** Requests on which the policy is tried out and counted, where it is not enabled. */
  readonly shadow: Fraction;
  readonly origins: readonly StringMatch[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAge: string;
  readonly allowCredentials: boolean | undefined;
  readonly allowPrivateNetwork: boolean | undefined;
  /** Preflights whose origin is not allowed go to the upstream instead of being answered here. */
  readonly forwardUnmatched: boolean | undefined;
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
      'shadow_enabled',
      'allow_private_network_access',
      'forward_not_matching_preflights',
    ],
  },
};

const ALWAYS: Fraction = { numerator: 100, denominator: 100 };
const NEVER: Fraction = { numerator: 0, denominator: 100 };

/** The runtime key is an override of the default; without a runtime the default is the value. Without either there is no share. */
function share(percent: RuntimeFractionalPercent | undefined, or: Fraction): Fraction {
  if (percent === undefined) return or;
  return percent.defaultValue === undefined ? NEVER : fraction(percent.defaultValue);
}

export function decodeCorsPolicy(message: CorsPolicy, at: string): Decoded<CorsConfig> {
  const issues = new Issues('CorsPolicy');
  checkFields(CorsPolicySchema, message, at, SUPPORTED, issues);
  return issues.end({
    enabled: share(message.filterEnabled, ALWAYS),
    shadow: share(message.shadowEnabled, NEVER),
    origins: message.allowOriginStringMatch.map((match, i) =>
      compileStringMatch(match, `${at}.allow_origin_string_match[${i}]`, issues),
    ),
    allowMethods: message.allowMethods,
    allowHeaders: message.allowHeaders,
    exposeHeaders: message.exposeHeaders,
    maxAge: message.maxAge,
    allowCredentials: message.allowCredentials,
    allowPrivateNetwork: message.allowPrivateNetworkAccess,
    forwardUnmatched: message.forwardNotMatchingPreflights,
  });
}
