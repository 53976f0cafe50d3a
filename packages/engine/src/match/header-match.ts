import type { HeaderMatcher } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import type { RequestHead } from '../plan/request-head.ts';
import { compileRegex } from './regex.ts';
import { compileStringMatch, describeString, matchesString, type StringMatch, stringMatch } from './string-match.ts';

/** A `route.v3.HeaderMatcher`, every form in one shape. Repeated headers are compared joined by commas, as Envoy does. */
export interface HeaderMatch {
  /** Lower-case; pseudo-headers as `:path`. */
  readonly name: string;
  readonly kind: 'string' | 'present' | 'range';
  readonly string: StringMatch | undefined;
  /** `range`: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** For `present`: what is asked, presence or absence. */
  readonly present: boolean;
  readonly invert: boolean;
  readonly missingIsEmpty: boolean;
}

export function compileHeaderMatch(matcher: HeaderMatcher, at: string, issues: Issues): HeaderMatch {
  if (matcher.name === '') issues.error(`${at}.name`, 'missing-field', 'is empty', 'a header name');
  const name = matcher.name.toLowerCase();
  const base = {
    name: name === 'host' ? ':authority' : name,
    kind: 'string' as HeaderMatch['kind'],
    string: undefined as StringMatch | undefined,
    start: 0,
    end: 0,
    present: true,
    invert: matcher.invertMatch,
    missingIsEmpty: matcher.treatMissingHeaderAsEmpty,
  };
  const form = matcher.headerMatchSpecifier;
  switch (form.case) {
    case 'exactMatch':
      return { ...base, string: stringMatch('exact', form.value, false) };
    case 'prefixMatch':
      return { ...base, string: stringMatch('prefix', form.value, false) };
    case 'suffixMatch':
      return { ...base, string: stringMatch('suffix', form.value, false) };
    case 'containsMatch':
      return { ...base, string: stringMatch('contains', form.value, false) };
    case 'safeRegexMatch': {
      const regex = compileRegex(form.value.regex, `${at}.safe_regex_match.regex`, issues);
      return { ...base, string: stringMatch('regex', form.value.regex, false, regex) };
    }
    case 'stringMatch':
      return { ...base, string: compileStringMatch(form.value, `${at}.string_match`, issues) };
    case 'rangeMatch':
      return { ...base, kind: 'range', start: Number(form.value.start), end: Number(form.value.end) };
    case 'presentMatch':
      return { ...base, kind: 'present', present: form.value };
    default:
      return { ...base, kind: 'present' };
  }
}

/** @hot All values of `name`, joined by commas; undefined when there is none. */
export function joinedValue(headers: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== name) continue;
    value = value === undefined ? headers[i + 1] : `${value},${headers[i + 1]}`;
  }
  return value;
}

/** @hot */
export function matchedValue(head: RequestHead, name: string): string | undefined {
  if (name.charCodeAt(0) === 58) {
    switch (name) {
      case ':path':
        return head.path;
      case ':method':
        return head.method;
      case ':authority':
        return head.authority;
      case ':scheme':
        return head.scheme;
    }
  }
  return joinedValue(head.headers, name);
}

/**
 * @hot A missing header fails every matcher but `present`, inverted or not, unless it counts as empty (HeaderMatcher.
 * treat_missing_header_as_empty).
 */
export function matchesHeaderValue(match: HeaderMatch, value: string | undefined): boolean {
  if (match.kind === 'present') return ((value !== undefined) === match.present) !== match.invert;
  if (value === undefined && !match.missingIsEmpty) return false;
  const text = value ?? '';
  const hit = match.kind === 'range' ? inRange(match, text) : matchesString(match.string!, text);
  return hit !== match.invert;
}

/** Numbers are whole and in base 10 (HeaderMatcher.range_match). */
function inRange(match: HeaderMatch, text: string): boolean {
  if (!/^[+-]?\d{1,19}$/.test(text)) return false;
  const number = Number(text);
  return number >= match.start && number < match.end;
}

/** For people: `header x-user = "a"`, `header x-user present`, `not (…)`. */
export function describeHeader(match: HeaderMatch): string {
  const inner =
    match.kind === 'present'
      ? match.present
        ? 'present'
        : 'absent'
      : match.kind === 'range'
        ? `in [${match.start}, ${match.end})`
        : describeString(match.string!);
  return match.invert ? `not (header ${match.name} ${inner})` : `header ${match.name} ${inner}`;
}
