/** istio.stats: counts each finished request in Istio's standard metrics. Spec: istio/proxy, stats.PluginConfig. */

import type { Decoded } from '@weft/base';
import { Issues } from '@weft/engine';
import { type TypedStruct, TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import { isGrpcRequest } from '../../../stream/grpc-reply.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { MessageReport } from './message-report.ts';

/** The Host header never names the destination service here: it comes from the cluster, which cannot be spoofed. */
const HARMLESS = ['disable_host_header_fallback'];

function decode(message: TypedStruct, at: string): Decoded<undefined> {
  const issues = new Issues('istio.stats');
  for (const key of Object.keys(message.value ?? {})) {
    if (!HARMLESS.includes(key))
      issues.error(`${at}.value.${key}`, 'unsupported-field', 'is not supported', HARMLESS.join(', '));
  }
  return issues.end(undefined);
}

function create(_config: undefined, context: FilterContext): HttpFilter {
  const { mesh, slot, wheel } = context;
  if (mesh === undefined) return {};
  const { metrics, reporter } = mesh;
  return {
    onRequestHeaders(exchange) {
      if (isGrpcRequest(exchange.request.headers)) exchange.slots[slot] = new MessageReport(exchange, mesh, wheel);
      return CONTINUE;
    },
    onEnd(exchange) {
      (exchange.slots[slot] as MessageReport | undefined)?.end();
      metrics.request(reporter, exchange.record);
    },
  };
}

export const istioStats: HttpFilterKind = httpFilter({
  schema: TypedStructSchema,
  structType: 'stats.PluginConfig',
  decode,
  create,
  predict: neverReplies,
});
