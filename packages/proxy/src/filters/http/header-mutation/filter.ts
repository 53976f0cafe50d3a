/** envoy.filters.http.header_mutation: edits headers of requests and responses, by the filter's configuration and then by every route level's. */
import { applyHeaderOps } from '@weft/engine';
import {
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import { ExchangeFormat } from '../../../stream/exchange-format.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import {
  decodeHeaderMutation,
  decodeHeaderMutationRoute,
  type HeaderEdits,
  type HeaderMutationConfig,
} from './config.ts';

function create(config: HeaderMutationConfig, { name }: FilterContext): HttpFilter {
  const edit = (exchange: Exchange, which: 'request' | 'response', headers: string[]): void => {
    const format = new ExchangeFormat(exchange);
    applyHeaderOps(config[which], headers, format);
    const levels = exchange.overrides(name) as readonly HeaderEdits[] | undefined;
    if (levels === undefined) return;
    for (let i = 0; i < levels.length; i++) {
      applyHeaderOps(levels[config.specificWins ? levels.length - 1 - i : i]?.[which], headers, format);
    }
  };
  return {
    onRequestHeaders(exchange) {
      edit(exchange, 'request', exchange.request.headers);
      return CONTINUE;
    },
    onResponseHeaders(exchange) {
      edit(exchange, 'response', exchange.responseHeaders);
    },
  };
}

export const headerMutation: HttpFilterKind = httpFilter({
  schema: HeaderMutationSchema,
  routeSchema: HeaderMutationPerRouteSchema,
  decode: decodeHeaderMutation,
  decodeRoute: decodeHeaderMutationRoute,
  create,
});
