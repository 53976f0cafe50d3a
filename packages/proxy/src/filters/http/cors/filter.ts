/** envoy.filters.http.cors: answers preflights, marks responses to other origins (Fetch standard, "CORS protocol"). Configured on routes only. */

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
import { decodeCorsPolicy } from './config.ts';
import { allowsOrigin, type CorsRules, corsRules, modeOf } from './policy.ts';
import { corsStats } from './stats.ts';

/** What a stream remembers between its request and its response. */
interface Allowed {
  readonly rules: CorsRules;
  readonly origin: string;
}

function push(headers: string[], name: string, value: string): void {
  if (value !== '') headers.push(name, value);
}

/** `*` stands for what was asked for: with credentials a browser takes no `*` for an answer. */
function orAsked(allowed: string, asked: string | undefined): string {
  return allowed === '*' ? (asked ?? '') : allowed;
}

function answerPreflight(exchange: Exchange, rules: CorsRules, origin: string, allowed: boolean): void {
  const request = exchange.request.headers;
  const headers: string[] = [];
  // Without this header the browser refuses; that is how CORS says no.
  if (allowed) headers.push('access-control-allow-origin', origin);
  push(headers, 'access-control-allow-credentials', rules.allowCredentials ? 'true' : '');
  const method = headerValue(request, 'access-control-request-method');
  push(headers, 'access-control-allow-methods', orAsked(rules.allowMethods, method));
  const asked = headerValue(request, 'access-control-request-headers');
  push(headers, 'access-control-allow-headers', orAsked(rules.allowHeaders, asked));
  push(headers, 'access-control-max-age', rules.maxAge);
  const network = headerValue(request, 'access-control-request-private-network') === 'true';
  push(headers, 'access-control-allow-private-network', rules.allowPrivateNetwork && network ? 'true' : '');
  exchange.reply('CORS_PREFLIGHT', { headers });
}

/** What becomes of a request from another origin. */
interface Judgement {
  readonly origin: string;
  readonly allowed: boolean;
  /** The filter answers it. */
  readonly answers: boolean;
}

/** Undefined when the request names no origin. */
function judge(rules: CorsRules, method: string, headers: readonly string[]): Judgement | undefined {
  const origin = headerValue(headers, 'origin');
  if (origin === undefined || origin === '') return undefined;
  const asked = headerValue(headers, 'access-control-request-method');
  const preflight = method === 'OPTIONS' && asked !== undefined && asked !== '';
  const allowed = allowsOrigin(rules, origin);
  return { origin, allowed, answers: preflight && (allowed || !rules.forwardUnmatched) };
}

function predict(
  _config: undefined,
  { method, headers, overrides, random }: PredictedRequest,
): PredictedReply | undefined {
  const rules = corsRules(overrides);
  if (rules === undefined || modeOf(rules, random) !== 'on') return undefined;
  const judged = judge(rules, method, headers);
  if (judged?.answers !== true) return undefined;
  const cause = `the preflight of ${judged.origin} is answered here: the origin is ${judged.allowed ? '' : 'not '}allowed`;
  return { code: 'CORS_PREFLIGHT', status: undefined, cause };
}

function create(_config: undefined, context: FilterContext): HttpFilter {
  const { name, slot, random } = context;
  const stats = corsStats(context.stats, context.statPrefix);
  return {
    onRequestHeaders(exchange) {
      const rules = corsRules(exchange.overrides(name));
      if (rules === undefined) return CONTINUE;
      const mode = modeOf(rules, random);
      if (mode === 'off') return CONTINUE;
      const judged = judge(rules, exchange.request.method, exchange.request.headers);
      if (judged === undefined) return CONTINUE;
      const { origin, allowed } = judged;
      if (allowed) stats.originValid.inc();
      else stats.originInvalid.inc();
      if (mode === 'shadow') return CONTINUE;
      if (judged.answers) answerPreflight(exchange, rules, origin, allowed);
      else if (allowed) exchange.slots[slot] = { rules, origin } satisfies Allowed;
      return CONTINUE;
    },
    onResponseHeaders(exchange) {
      const allowed = exchange.slots[slot] as Allowed | undefined;
      if (allowed === undefined) return;
      const { rules, origin } = allowed;
      const headers = exchange.responseHeaders;
      setHeader(headers, 'access-control-allow-origin', origin);
      if (rules.allowCredentials) setHeader(headers, 'access-control-allow-credentials', 'true');
      if (rules.exposeHeaders !== '') setHeader(headers, 'access-control-expose-headers', rules.exposeHeaders);
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
