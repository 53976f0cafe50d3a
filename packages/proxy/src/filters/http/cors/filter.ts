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
import type { PredictedReply, PredictedRequest } from '../../../stream/prediction.ts';
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

/** What becomes of a request that a policy applies to; undefined when it has nothing to say about it. */
interface Judgement {
  readonly origin: string;
  readonly allowed: boolean;
  /** The filter answers it. */
  readonly answers: boolean;
}

function judge(config: CorsConfig | undefined, method: string, headers: readonly string[]): Judgement | undefined {
  if (config === undefined || !config.enabled) return undefined;
  const origin = headerValue(headers, 'origin');
  if (origin === undefined || origin === '') return undefined;
  const preflight = method === 'OPTIONS' && headerValue(headers, 'access-control-request-method') !== undefined;
  const allowed = config.origins.some((match) => matchesString(match, origin));
  return { origin, allowed, answers: preflight && (allowed || !config.forwardUnmatched) };
}

function predict(_config: undefined, { method, headers, overrides }: PredictedRequest): PredictedReply | undefined {
  const judged = judge(overrides?.[0] as CorsConfig | undefined, method, headers);
  if (judged?.answers !== true) return undefined;
  const cause = `the preflight of ${judged.origin} is answered here: the origin is ${judged.allowed ? '' : 'not '}allowed`;
  return { code: 'CORS_PREFLIGHT', status: undefined, cause };
}

function create(_config: undefined, { name, slot }: FilterContext): HttpFilter {
  return {
    onRequestHeaders(exchange) {
      const config = exchange.overrides(name)?.[0] as CorsConfig | undefined;
      const judged = judge(config, exchange.request.method, exchange.request.headers);
      if (judged === undefined || config === undefined) return CONTINUE;
      if (!judged.allowed) {
        // The answer lacks the allowing headers, so the browser refuses; that is how CORS says no.
        if (judged.answers) exchange.reply('CORS_PREFLIGHT');
        return CONTINUE;
      }
      const allowed: Allowed = { config, origin: judged.origin };
      if (judged.answers) answerPreflight(exchange, allowed);
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
  predict,
});
