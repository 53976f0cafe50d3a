import type { Decoded } from '@weft/base';
import { checkFields, Issues, type SupportedMessages } from '@weft/engine';
import { type Router, RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import type { RouterOptions } from '../../../upstream/router-options.ts';

const SUPPORTED: SupportedMessages = {
  'envoy.extensions.filters.http.router.v3.Router': {
    read: ['suppress_envoy_headers'],
    // Statistics of virtual clusters, which this proxy does not have, and spans, which it does not make.
    harmless: ['dynamic_stats', 'start_child_span'],
  },
};

export function decodeRouter(message: Router, at: string): Decoded<RouterOptions> {
  const issues = new Issues('Router');
  checkFields(RouterSchema, message, at, SUPPORTED, issues);
  return issues.end({ suppressEnvoyHeaders: message.suppressEnvoyHeaders });
}
