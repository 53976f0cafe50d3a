import type { QueryParameterMatcher } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { compileStringMatch, describeString, matchesString, type StringMatch } from './string-match.ts';

/** A `route.v3.QueryParameterMatcher`. Values are compared as they stand in the URL, not percent-decoded, as Envoy does. */
export interface QueryMatch {
  readonly name: string;
  /** Undefined: presence decides. */
  readonly value: StringMatch | undefined;
  readonly present: boolean;
}

export function compileQueryMatch(matcher: QueryParameterMatcher, at: string, issues: Issues): QueryMatch {
  if (matcher.name === '') issues.error(`${at}.name`, 'missing-field', 'is empty', 'a query parameter');
  const form = matcher.queryParameterMatchSpecifier;
  const value = form.case === 'stringMatch' ? compileStringMatch(form.value, `${at}.string_match`, issues) : undefined;
  return { name: matcher.name, value, present: form.case === 'presentMatch' ? form.value : true };
}

/** @hot The first value of `name` in the query of `path`, raw; undefined when it is not there, empty when it has no `=`. */
export function queryValue(path: string, name: string): string | undefined {
  let from = path.indexOf('?');
  if (from < 0) return undefined;
  const hash = path.indexOf('#', from);
  const end = hash < 0 ? path.length : hash;
  from++;
  while (from <= end) {
    let to = path.indexOf('&', from);
    if (to < 0 || to > end) to = end;
    const keyEnd = from + name.length;
    if (keyEnd <= to && path.startsWith(name, from)) {
      if (keyEnd === to) return '';
      if (path.charCodeAt(keyEnd) === 61) return path.slice(keyEnd + 1, to);
    }
    from = to + 1;
  }
  return undefined;
}

/** @hot */
export function matchesQuery(match: QueryMatch, path: string): boolean {
  const value = queryValue(path, match.name);
  if (match.value === undefined) return (value !== undefined) === match.present;
  return value !== undefined && matchesString(match.value, value);
}

/** For people: `query parameter v = "2"`. */
export function describeQuery(match: QueryMatch): string {
  if (match.value !== undefined) return `query parameter ${match.name} ${describeString(match.value)}`;
  return `query parameter ${match.name} ${match.present ? 'present' : 'absent'}`;
}
