/** istio.stats: counts each finished request in Istio's standard metrics. Spec: istio/proxy, stats.PluginConfig. */

import type { Decoded } from '@weft/base';
import { Issues } from '@weft/engine';
import { type TypedStruct, TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import { type FilterContext, type HttpFilter, type HttpFilterKind, httpFilter } from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';

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
  const { mesh } = context;
  if (mesh === undefined) return {};
  const { metrics, reporter } = mesh;
  return { onEnd: (exchange) => metrics.request(reporter, exchange.record) };
}

export const istioStats: HttpFilterKind = httpFilter({
  schema: TypedStructSchema,
  structType: 'stats.PluginConfig',
  decode,
  create,
  predict: neverReplies,
});
