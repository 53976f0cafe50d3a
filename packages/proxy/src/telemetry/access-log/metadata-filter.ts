/** Filters by what filters found out: envoy.config.accesslog.v3.MetadataFilter over dynamic metadata. */
import { compileStringMatch, Issues, matchesString } from '@weft/engine';
import type { MetadataFilter } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import type { ValueMatcher } from '@weft/xds/gen/envoy/type/matcher/v3/value_pb';
import { metadataAt } from '../metadata.ts';
import { type FilterCompiling, type RecordFilter, refuse } from './record-filter.ts';

type ValueTest = (value: unknown) => boolean;

export function metadataFilter(filter: MetadataFilter, at: string, compiling: FilterCompiling): RecordFilter {
  const { matcher, matchIfKeyNotFound = true } = filter;
  if (matcher === undefined) return () => matchIfKeyNotFound;
  const path = [matcher.filter, ...matcher.path.map(({ segment }) => (segment.case === 'key' ? segment.value : ''))];
  const test = compileValue(matcher.value, `${at}.matcher.value`, compiling);
  const { invert } = matcher;
  return (record) => {
    const value = metadataAt(record.dynamicMetadata, path);
    return value === undefined ? matchIfKeyNotFound : test(value) !== invert;
  };
}

function compileValue(matcher: ValueMatcher | undefined, at: string, compiling: FilterCompiling): ValueTest {
  const pattern = matcher?.matchPattern;
  switch (pattern?.case) {
    case 'nullMatch':
      return (value) => value === null;
    case 'boolMatch':
      return (value) => value === pattern.value;
    case 'presentMatch':
      return () => pattern.value;
    case 'stringMatch': {
      const issues = new Issues('MetadataFilter');
      const match = compileStringMatch(pattern.value, `${at}.string_match`, issues);
      compiling.issues.push(...issues.list);
      return (value) => typeof value === 'string' && matchesString(match, value);
    }
    case 'doubleMatch': {
      const number = pattern.value.matchPattern;
      if (number.case === 'exact') return (value) => value === number.value;
      const { start = 0, end = 0 } = number.case === 'range' ? number.value : {};
      return (value) => typeof value === 'number' && value >= start && value < end;
    }
    case 'listMatch': {
      const of = pattern.value.matchPattern;
      const test = compileValue(of.case === 'oneOf' ? of.value : undefined, `${at}.list_match`, compiling);
      return (value) => Array.isArray(value) && value.some(test);
    }
    case 'orMatch': {
      const tests = pattern.value.valueMatchers.map((one) => compileValue(one, `${at}.or_match`, compiling));
      return (value) => tests.some((test) => test(value));
    }
    default:
      refuse(compiling, at, 'says nothing about the value');
      return () => false;
  }
}
