/** envoy.config.accesslog.v3.AccessLogFilter: which records are worth a line. */
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { compileHeaderMatch, Issues, matchesHeaderValue } from '@weft/engine';
import type {
  AccessLogFilter,
  ExtensionFilter,
  HeaderFilter,
  LogTypeFilter,
} from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { AccessLogType } from '@weft/xds/gen/envoy/data/accesslog/v3/accesslog_pb';
import { ExpressionFilterSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb';
import { expression } from './expression.ts';
import { requestHeader } from './headers.ts';
import { metadataFilter } from './metadata-filter.ts';
import { comparison, grpcStatus, responseFlags } from './outcome-filters.ts';
import { type FilterCompiling, type RecordFilter, refuse } from './record-filter.ts';
import { sampled } from './sampled.ts';

/** Compiles a filter; what this proxy cannot decide is an issue, because a log that keeps too little or too much misleads. */
export function compileFilter(filter: AccessLogFilter, at: string, compiling: FilterCompiling): RecordFilter {
  const specifier = filter.filterSpecifier;
  switch (specifier.case) {
    case 'statusCodeFilter': {
      const { comparison: limit } = specifier.value;
      return comparison(limit, (record) => record.responseCode, `${at}.status_code_filter`, compiling);
    }
    case 'durationFilter': {
      const { comparison: limit } = specifier.value;
      return comparison(limit, ({ startMs, endMs }) => Math.floor(endMs - startMs), `${at}.duration_filter`, compiling);
    }
    case 'notHealthCheckFilter':
      return (record) => !record.healthCheck;
    case 'runtimeFilter':
      return sampled(specifier.value, compiling);
    case 'andFilter': {
      const all = specifier.value.filters.map((f, i) => compileFilter(f, `${at}.and_filter.filters[${i}]`, compiling));
      return (record) => all.every((f) => f(record));
    }
    case 'orFilter': {
      const any = specifier.value.filters.map((f, i) => compileFilter(f, `${at}.or_filter.filters[${i}]`, compiling));
      return (record) => any.some((f) => f(record));
    }
    case 'headerFilter':
      return header(specifier.value, `${at}.header_filter.header`, compiling);
    case 'responseFlagFilter':
      return responseFlags(specifier.value.flags, `${at}.response_flag_filter.flags`, compiling);
    case 'grpcStatusFilter':
      return grpcStatus(specifier.value);
    case 'metadataFilter':
      return metadataFilter(specifier.value, `${at}.metadata_filter`, compiling);
    case 'logTypeFilter':
      return logType(specifier.value);
    case 'extensionFilter':
      return extension(specifier.value, `${at}.extension_filter`, compiling);
    default:
      return refuse(
        compiling,
        at,
        `this proxy cannot decide ${specifier.case ?? 'an empty filter'}`,
        'any filter but traceable_filter: this proxy does not know which requests are traced',
      );
  }
}

function header(filter: HeaderFilter, at: string, compiling: FilterCompiling): RecordFilter {
  if (filter.header === undefined) return refuse(compiling, at, 'is missing', 'a header to match');
  const issues = new Issues('AccessLogFilter');
  const match = compileHeaderMatch(filter.header, at, issues);
  compiling.issues.push(...issues.list);
  return (record) => matchesHeaderValue(match, requestHeader(record, match.name));
}

/** Records are written when a request or a connection has ended, and at no other time. */
function logType({ types, exclude }: LogTypeFilter): RecordFilter {
  const wanted = new Set(types);
  return ({ protocol }) =>
    wanted.has(protocol === '' ? AccessLogType.TcpConnectionEnd : AccessLogType.DownstreamEnd) !== exclude;
}

function extension(filter: ExtensionFilter, at: string, compiling: FilterCompiling): RecordFilter {
  const any = filter.configType.value;
  const cel = any === undefined ? undefined : anyUnpack(any, ExpressionFilterSchema);
  if (cel === undefined) {
    const what = `this proxy has no access log filter ${any?.typeUrl ?? filter.name}`;
    return refuse(
      compiling,
      `${at}.typed_config`,
      what,
      'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
    );
  }
  return expression(cel.expression, `${at}.typed_config.expression`, compiling);
}
