import type { StringMatcher } from '@weft/xds/gen/envoy/type/matcher/v3/string_pb';
import type { Issues } from '../decode/issues.ts';
import { compileRegex, type Regex } from './regex.ts';

export type StringMatchKind = 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex';

/** A `type.matcher.v3.StringMatcher`; `text` is lower-cased when `ignoreCase`. */
export interface StringMatch {
  readonly kind: StringMatchKind;
  readonly text: string;
  readonly regex: Regex | undefined;
  readonly ignoreCase: boolean;
}

export function stringMatch(kind: StringMatchKind, text: string, ignoreCase: boolean, regex?: Regex): StringMatch {
  return { kind, text: ignoreCase ? text.toLowerCase() : text, regex, ignoreCase };
}

/** Prepares a StringMatcher. `ignore_case` has no effect on `safe_regex` (string.proto); the pattern says `(?i)` if it wants it. */
export function compileStringMatch(matcher: StringMatcher, at: string, issues: Issues): StringMatch {
  const pattern = matcher.matchPattern;
  switch (pattern.case) {
    case 'exact':
    case 'prefix':
    case 'suffix':
    case 'contains':
      if (pattern.value === '' && pattern.case !== 'exact') {
        issues.error(`${at}.${pattern.case}`, 'invalid-value', 'is empty', 'at least one character');
      }
      return stringMatch(pattern.case, pattern.value, matcher.ignoreCase);
    case 'safeRegex': {
      const source = pattern.value.regex;
      return stringMatch('regex', source, false, compileRegex(source, `${at}.safe_regex.regex`, issues));
    }
    case 'custom':
      issues.error(`${at}.custom`, 'unsupported-field', 'custom string matchers are not supported');
      return stringMatch('exact', '', false);
    default:
      issues.error(at, 'missing-field', 'says no pattern', 'one of exact, prefix, suffix, contains, safe_regex');
      return stringMatch('exact', '', false);
  }
}

/** @hot */
export function matchesString(match: StringMatch, value: string): boolean {
  const text = match.ignoreCase ? value.toLowerCase() : value;
  switch (match.kind) {
    case 'exact':
      return text === match.text;
    case 'prefix':
      return text.startsWith(match.text);
    case 'suffix':
      return text.endsWith(match.text);
    case 'contains':
      return text.includes(match.text);
    case 'regex':
      return match.regex?.full(value) === true;
  }
}

/** For people: `= "v2"`, `starts with "/a"`. */
export function describeString(match: StringMatch): string {
  const quoted = JSON.stringify(match.text);
  const fold = match.ignoreCase ? ' (any case)' : '';
  switch (match.kind) {
    case 'exact':
      return `= ${quoted}${fold}`;
    case 'prefix':
      return `starts with ${quoted}${fold}`;
    case 'suffix':
      return `ends with ${quoted}${fold}`;
    case 'contains':
      return `contains ${quoted}${fold}`;
    case 'regex':
      return `matches ${quoted}`;
  }
}
