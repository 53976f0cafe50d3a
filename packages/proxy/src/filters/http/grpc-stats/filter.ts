/** envoy.filters.http.grpc_stats: counts gRPC calls and their messages, by method where it is told to. */
import { FilterConfigSchema } from '@weft/xds/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb';
import { FrameScanner } from '../../../grpc/frame-scanner.ts';
import type { Exchange } from '../../../stream/exchange.ts';
import { isGrpcRequest } from '../../../stream/grpc-reply.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { GrpcCallStats, type GrpcMethodStats, grpcMethodOf, statusOf } from '../../../telemetry/grpc-call-stats.ts';
import { decodeGrpcStats, type GrpcStatsConfig } from './config.ts';

/** One call under way. */
interface Call {
  /** Undefined when it goes to no cluster. */
  readonly stats: GrpcMethodStats | undefined;
  readonly request: FrameScanner;
  readonly response: FrameScanner;
}

function statsOf(exchange: Exchange, config: GrpcStatsConfig, stats: GrpcCallStats): GrpcMethodStats | undefined {
  const method = grpcMethodOf(exchange.request.path);
  if (method === undefined) return undefined;
  const { apart } = config;
  if (apart !== 'all') return stats.of(exchange, apart.has(`${method.service}/${method.method}`) ? method : undefined);
  return stats.of(
    exchange,
    config.replaceDots ? { service: method.service.replaceAll('.', '_'), method: method.method } : method,
  );
}

function create(config: GrpcStatsConfig, { slot, stats: registry, clusters }: FilterContext): HttpFilter {
  const all = new GrpcCallStats(registry, clusters, 'grpc');
  return {
    onRequestHeaders(exchange) {
      if (isGrpcRequest(exchange.request.headers)) {
        const call: Call = {
          stats: statsOf(exchange, config, all),
          request: new FrameScanner(),
          response: new FrameScanner(),
        };
        exchange.slots[slot] = call;
      }
      return CONTINUE;
    },
    onRequestBody(exchange, chunk) {
      const call = exchange.slots[slot] as Call | undefined;
      if (call === undefined) return;
      const before = call.request.frames;
      call.request.scan(chunk);
      const { frames } = call.request;
      if (frames === before) return;
      call.stats?.requestMessages(frames - before);
      if (config.emit) exchange.record.requestMessages = frames;
    },
    onResponseBody(exchange, chunk) {
      const call = exchange.slots[slot] as Call | undefined;
      // The body of an answer that is not 200 is no gRPC (gRPC over HTTP/2, "Responses").
      if (call === undefined || exchange.status !== 200) return;
      const before = call.response.frames;
      call.response.scan(chunk);
      const { frames } = call.response;
      if (frames === before) return;
      call.stats?.responseMessages(frames - before);
      if (config.emit) exchange.record.responseMessages = frames;
    },
    onEnd(exchange) {
      const call = exchange.slots[slot] as Call | undefined;
      if (call?.stats === undefined) return;
      const { record } = exchange;
      call.stats.charge(statusOf(record));
      if (config.upstreamTime && record.upstreamRxEndMs >= 0 && record.upstreamTxStartMs >= 0)
        call.stats.upstreamTime(record.upstreamRxEndMs - record.upstreamTxStartMs);
    },
  };
}

export const grpcStats: HttpFilterKind = httpFilter({
  schema: FilterConfigSchema,
  decode: decodeGrpcStats,
  create,
  predict: neverReplies,
});
