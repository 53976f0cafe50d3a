/** envoy.filters.http.compressor: compresses response bodies in an encoding that the client accepts. */

import { headerValue, joinedHeader, NO_BODY, removeHeader, setHeader } from '@weft/http';
import {
  CompressorPerRouteSchema,
  CompressorSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/compressor/v3/compressor_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { Compression } from './compression.ts';
import { type CompressorConfig, type CompressorOverride, decodeCompressor, decodeCompressorRoute } from './config.ts';
import { chooseEncoding } from './encodings.ts';
import { type CompressorStats, compressorStats } from './stats.ts';

/** What the compressors of a chain agree on for one exchange. */
interface Negotiation {
  readonly acceptEncoding: string | undefined;
  /** In order of preference. */
  readonly offers: CompressorConfig[];
}

/** Shared by all compressors of a chain, which are separate filters: the encoding is chosen among what all of them offer. */
const NEGOTIATIONS = new WeakMap<Exchange, Negotiation>();

function offer(exchange: Exchange, config: CompressorConfig): void {
  let negotiation = NEGOTIATIONS.get(exchange);
  if (negotiation === undefined) {
    negotiation = { acceptEncoding: joinedHeader(exchange.request.headers, 'accept-encoding'), offers: [] };
    NEGOTIATIONS.set(exchange, negotiation);
  }
  if (config.chooseFirst) negotiation.offers.unshift(config);
  else negotiation.offers.push(config);
}

function typeAllowed(config: CompressorConfig, contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  return config.contentTypes.has((contentType.split(';', 1)[0] ?? '').trim());
}

function chosen(exchange: Exchange, contentType: string | undefined): string | undefined {
  const negotiation = NEGOTIATIONS.get(exchange);
  if (negotiation === undefined) return undefined;
  const offers = negotiation.offers.filter((config) => typeAllowed(config, contentType));
  return chooseEncoding(
    negotiation.acceptEncoding,
    offers.map((config) => config.library.encoding),
  );
}

function longEnough(config: CompressorConfig, exchange: Exchange, stats: CompressorStats): boolean {
  const length = headerValue(exchange.responseHeaders, 'content-length');
  const bytes = length === undefined ? exchange.responseFraming : Number(length);
  if (bytes < 0 || bytes >= config.minLength) return true;
  stats.contentLengthTooSmall.inc();
  return false;
}

/** Whether the body may be compressed at all, for any client: caches are told so by `vary`. */
function compressible(config: CompressorConfig, exchange: Exchange, stats: CompressorStats): boolean {
  const headers = exchange.responseHeaders;
  if (exchange.tunnelled || !longEnough(config, exchange, stats)) return false;
  if (!typeAllowed(config, headerValue(headers, 'content-type'))) return false;
  if (/(?:^|[\s,])no-transform(?:$|[\s,])/i.test(joinedHeader(headers, 'cache-control') ?? '')) return false;
  // The range of a compressed body would not be the range that was asked for.
  if (headerValue(headers, 'content-range') !== undefined) return false;
  if (config.disableOnEtag && headerValue(headers, 'etag') !== undefined) {
    stats.notCompressedEtag.inc();
    return false;
  }
  return headerValue(headers, 'content-encoding') === undefined;
}

function varyByEncoding(headers: string[]): void {
  const vary = joinedHeader(headers, 'vary');
  if (vary === undefined || vary === '') setHeader(headers, 'vary', 'Accept-Encoding');
  else if (!/(?:^|[\s,])(?:accept-encoding|\*)(?:$|[\s,])/i.test(vary))
    setHeader(headers, 'vary', `${vary}, Accept-Encoding`);
}

function hasBody({ request, status, responseFraming }: Exchange): boolean {
  if (request.method === 'HEAD' || status === 204 || status === 304) return false;
  return responseFraming !== NO_BODY && responseFraming !== 0;
}

function compress(exchange: Exchange, config: CompressorConfig, stats: CompressorStats): void {
  const headers = exchange.responseHeaders;
  // A strong validator is for the very bytes (RFC 9110 §8.8.1), which these no longer are.
  if (!/^w\//i.test(headerValue(headers, 'etag') ?? '')) removeHeader(headers, 'etag');
  removeHeader(headers, 'content-length');
  setHeader(headers, 'content-encoding', config.library.encoding);
  stats.compressed.inc();
  exchange.transformResponse(new Compression(config.library.open(), (chunk) => exchange.own(chunk), stats.sizes));
}

function create(config: CompressorConfig, { name, stats: registry, statPrefix }: FilterContext): HttpFilter {
  const stats = compressorStats(registry, statPrefix, config);
  const enabledFor = (exchange: Exchange): boolean =>
    (exchange.overrides(name)?.[0] as CompressorOverride | undefined)?.enabled ?? config.enabled;
  return {
    onRequestHeaders(exchange) {
      if (!enabledFor(exchange)) return CONTINUE;
      offer(exchange, config);
      const route = exchange.overrides(name)?.[0] as CompressorOverride | undefined;
      if (route?.removeAcceptEncoding ?? config.removeAcceptEncoding)
        removeHeader(exchange.request.headers, 'accept-encoding');
      return CONTINUE;
    },
    onResponseHeaders(exchange) {
      if (!enabledFor(exchange)) return;
      const could = compressible(config, exchange, stats);
      const encoding = could ? chosen(exchange, headerValue(exchange.responseHeaders, 'content-type')) : undefined;
      if (could && encoding === config.library.encoding && hasBody(exchange)) compress(exchange, config, stats);
      else stats.notCompressed.inc();
      if (could) varyByEncoding(exchange.responseHeaders);
    },
  };
}

export const compressor: HttpFilterKind = httpFilter({
  schema: CompressorSchema,
  routeSchema: CompressorPerRouteSchema,
  decode: decodeCompressor,
  decodeRoute: decodeCompressorRoute,
  create,
  predict: neverReplies,
});
