import type { Decoded } from '@weft/base';
import { checkFields, Issues, type SupportedMessages } from '@weft/engine';
import {
  type FilterConfig,
  FilterConfigSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb';

/** What is counted of gRPC calls, and under which names. */
export interface GrpcStatsConfig {
  /** The record of the exchange says how many messages passed. */
  readonly emit: boolean;
  /** `all` counts every method apart; a set the methods in it (`service/method`); other calls are counted together. */
  readonly apart: 'all' | ReadonlySet<string>;
  readonly upstreamTime: boolean;
  readonly replaceDots: boolean;
}

const SUPPORTED: SupportedMessages = {
  'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig': {
    read: [
      'emit_filter_state',
      'individual_method_stats_allowlist',
      'stats_for_all_methods',
      'enable_upstream_stats',
      'replace_dots_in_grpc_service_name',
    ],
  },
  'envoy.config.core.v3.GrpcMethodList': { read: ['services'] },
  'envoy.config.core.v3.GrpcMethodList.Service': { read: ['name', 'method_names'] },
};

export function decodeGrpcStats(message: FilterConfig, at: string): Decoded<GrpcStatsConfig> {
  const issues = new Issues('grpc_stats FilterConfig');
  checkFields(FilterConfigSchema, message, at, SUPPORTED, issues);
  return issues.end({
    emit: message.emitFilterState,
    apart: apartOf(message, at, issues),
    upstreamTime: message.enableUpstreamStats,
    replaceDots: message.replaceDotsInGrpcServiceName,
  });
}

function apartOf({ perMethodStatSpecifier: specifier }: FilterConfig, at: string, issues: Issues): 'all' | Set<string> {
  if (specifier.case === 'statsForAllMethods') return specifier.value.value ? 'all' : new Set();
  const methods = new Set<string>();
  if (specifier.case !== 'individualMethodStatsAllowlist') return methods;
  for (const [i, { name, methodNames }] of specifier.value.services.entries()) {
    const where = `${at}.individual_method_stats_allowlist.services[${i}]`;
    if (name === '') issues.error(`${where}.name`, 'missing-field', 'the service has no name', 'package.Service');
    if (methodNames.length === 0)
      issues.error(`${where}.method_names`, 'missing-field', 'no method is named', 'at least one');
    for (const method of methodNames) methods.add(`${name}/${method}`);
  }
  return methods;
}
