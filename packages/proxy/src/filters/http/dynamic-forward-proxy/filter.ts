/**
 * envoy.filters.http.dynamic_forward_proxy: Envoy resolves the request's host here and pauses the request; this proxy's cluster of the
 * same kind resolves while it connects. What is left to do is to refuse hosts that cannot be one.
 */
import type { Decoded } from '@weft/base';
import { checkFields, Issues, type SupportedMessages } from '@weft/engine';
import {
  type FilterConfig,
  FilterConfigSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb';
import { CONTINUE, type HttpFilter, type HttpFilterKind, httpFilter } from '../../../stream/http-filter.ts';
import type { PredictedReply, PredictedRequest } from '../../../stream/prediction.ts';

const SUPPORTED: SupportedMessages = {
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig': {
    read: [],
    // The cluster of the same name holds the settings that matter.
    harmless: ['dns_cache_config', 'save_upstream_address'],
  },
};

function decode(message: FilterConfig, at: string): Decoded<undefined> {
  const issues = new Issues('dynamic_forward_proxy');
  checkFields(FilterConfigSchema, message, at, SUPPORTED, issues);
  return issues.end(undefined);
}

/** Why the request cannot be forwarded; undefined when it can. */
function refusal(authority: string): string | undefined {
  const isHost = /^(?:\[[0-9a-f:.]+\]|[^:[\]/@]+)(?::\d{1,5})?$/i.test(authority);
  return isHost ? undefined : `${JSON.stringify(authority)} is not a host to forward to`;
}

function create(): HttpFilter {
  return {
    onRequestHeaders(exchange) {
      const cause = refusal(exchange.request.authority);
      if (cause !== undefined) exchange.reply('MISSING_HOST', { cause });
      return CONTINUE;
    },
  };
}

function predict(_config: undefined, { authority }: PredictedRequest): PredictedReply | undefined {
  const cause = refusal(authority);
  return cause === undefined ? undefined : { code: 'MISSING_HOST', status: undefined, cause };
}

export const dynamicForwardProxy: HttpFilterKind = httpFilter({ schema: FilterConfigSchema, decode, create, predict });
