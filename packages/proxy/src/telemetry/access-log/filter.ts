/** envoy.config.accesslog.v3.AccessLogFilter: which records are worth a line. */
import type { Issue } from '@weft/base';
import {
  type AccessLogFilter,
  type ComparisonFilter,
  ComparisonFilter_Op,
} from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import type { AccessRecord } from '../access-record.ts';
import { RESPONSE_FLAGS } from './response-flags.ts';

export type RecordFilter = (record: AccessRecord) => boolean;

const COMPARE: Readonly<Record<ComparisonFilter_Op, (left: number, right: number) => boolean>> = {
  [ComparisonFilter_Op.EQ]: (left, right) => left === right,
  [ComparisonFilter_Op.GE]: (left, right) => left >= right,
  [ComparisonFilter_Op.LE]: (left, right) => left <= right,
};

/** Compiles a filter; what this proxy cannot decide is an issue, because a log that keeps too little or too much misleads. */
export function compileFilter(filter: AccessLogFilter, at: string, issues: Issue[]): RecordFilter {
  const specifier = filter.filterSpecifier;
  switch (specifier.case) {
    case 'statusCodeFilter':
      return comparison(
        specifier.value.comparison,
        (record) => record.responseCode,
        `${at}.status_code_filter`,
        issues,
      );
    case 'durationFilter':
      return comparison(
        specifier.value.comparison,
        (record) => Math.floor(record.endMs - record.startMs),
        `${at}.duration_filter`,
        issues,
      );
    case 'andFilter': {
      const all = specifier.value.filters.map((f, i) => compileFilter(f, `${at}.and_filter.filters[${i}]`, issues));
      return (record) => all.every((f) => f(record));
    }
    case 'orFilter': {
      const any = specifier.value.filters.map((f, i) => compileFilter(f, `${at}.or_filter.filters[${i}]`, issues));
      return (record) => any.some((f) => f(record));
    }
    case 'responseFlagFilter':
      return flags(specifier.value.flags, `${at}.response_flag_filter.flags`, issues);
    default:
      issues.push({
        severity: 'error',
        code: 'access-log-filter',
        at,
        message: `this proxy cannot decide ${specifier.case ?? 'an empty filter'}`,
        expected: 'status_code_filter, duration_filter, response_flag_filter, and_filter or or_filter',
      });
      return () => false;
  }
}

function comparison(
  filter: ComparisonFilter | undefined,
  read: (record: AccessRecord) => number,
  at: string,
  issues: Issue[],
): RecordFilter {
  const compare = filter === undefined ? undefined : COMPARE[filter.op];
  // The runtime key is an override of this default; without a runtime the default is the value.
  const limit = filter?.value?.defaultValue;
  if (compare === undefined || limit === undefined) {
    issues.push({
      severity: 'error',
      code: 'access-log-filter',
      at,
      message: 'needs an operator and a value to compare with',
    });
    return () => false;
  }
  return (record) => compare(read(record), limit);
}

function flags(wanted: readonly string[], at: string, issues: Issue[]): RecordFilter {
  for (const flag of wanted) {
    if (!Object.hasOwn(RESPONSE_FLAGS, flag)) {
      issues.push({
        severity: 'error',
        code: 'access-log-filter',
        at,
        message: `${flag} is no response flag`,
        expected: Object.keys(RESPONSE_FLAGS).join(', '),
      });
    }
  }
  if (wanted.length === 0) return (record) => record.responseFlags !== '';
  return (record) =>
    record.responseFlags !== '' && record.responseFlags.split(',').some((flag) => wanted.includes(flag));
}
