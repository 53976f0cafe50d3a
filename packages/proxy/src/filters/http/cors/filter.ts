/** envoy.filters.http.cors: answers preflights, marks responses to other origins. Configured on routes only. */
import { matchesString } from '@weft/engine';
import { headerValue, setHeader } from '@weft/http';
import { CorsPolicySchema, CorsSchema } from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { type CorsConfig, decodeCorsPolicy } from './config.ts';

/** What a stream remembers between its request and its response. */
interface Allowed {
  readonly config: CorsConfig;
  readonly origin: string;
}

function push(headers: string[], name: string, value: string): void {
  if (value !== '') headers.push(name, value);
}

function answerPreflight(exchange: Exchange, { config, origin }: Allowed): void {
  const headers = ['access-control-allow-origin', origin];
  push(headers, 'access-control-allow-credentials', config.allowCredentials ? 'true' : '');
  push(headers, 'access-control-allow-methods', config.allowMethods);
  push(headers, 'access-control-allow-headers', config.allowHeaders);
  push(headers, 'access-control-max-age', config.maxAge);
  exchange.reply('CORS_PREFLIGHT', { headers });
}

function create(_config: undefined, { name, slot }: FilterContext): HttpFilter {
  return {
    onRequestHeaders(exchange) {
      const config = exchange.overrides(name)?.[0] as CorsConfig | undefined;
      if (config === undefined || !config.enabled) return CONTINUE;
      const { headers, method } = exchange.request;
      const origin = headerValue(headers, 'origin');
      if (origin === undefined || origin === '') return CONTINUE;
      const preflight = method === 'OPTIONS' && headerValue(headers, 'access-control-request-method') !== undefined;
      if (!config.origins.some((match) => matchesString(match, origin))) {
        // The answer lacks the allowing headers, so the browser refuses; that is how CORS says no.
        if (preflight && !config.forwardUnmatched) exchange.reply('CORS_PREFLIGHT');
        return CONTINUE;
      }
      const allowed: Allowed = { config, origin };
      if (preflight) answerPreflight(exchange, allowed);
      else exchange.slots[slot] = allowed;
      return CONTINUE;
    },
    onResponseHeaders(exchange) {
      const allowed = exchange.slots[slot] as Allowed | undefined;
      if (allowed === undefined) return;
      const { config, origin } = allowed;
      const headers = exchange.responseHeaders;
      setHeader(headers, 'access-control-allow-origin', origin);
      if (config.allowCredentials) setHeader(headers, 'access-control-allow-credentials', 'true');
      if (config.exposeHeaders !== '') setHeader(headers, 'access-control-expose-headers', config.exposeHeaders);
    },
  };
}

export const cors: HttpFilterKind = httpFilter({
  schema: CorsSchema,
  routeSchema: CorsPolicySchema,
  // The message of the listener's filter has no fields: presence is all it says.
  decode: () => ({ ok: true, value: undefined, issues: [] }),
  decodeRoute: decodeCorsPolicy,
  create,
});
