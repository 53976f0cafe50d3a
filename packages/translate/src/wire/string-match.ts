import { create } from '@bufbuild/protobuf';
import type { StringMatch } from '@weft/config';
import { type StringMatcher, StringMatcherSchema } from '@weft/xds/gen/envoy/type/matcher/v3/string_pb';

/** Nothing said, or the regex `*`, which is no regular expression: the thing only has to be there (SEMANTICS row 10). */
export function meansPresent(match: StringMatch | undefined): boolean {
  if (match === undefined || match.regex === '*') return true;
  return match.exact === undefined && match.prefix === undefined && match.regex === undefined;
}

/** Istio's StringMatch as Envoy's. The regex is RE2 and matches the whole text. */
export function stringMatcher(match: StringMatch): StringMatcher {
  if (match.exact !== undefined) {
    return create(StringMatcherSchema, { matchPattern: { case: 'exact', value: match.exact } });
  }
  if (match.prefix !== undefined) {
    return create(StringMatcherSchema, { matchPattern: { case: 'prefix', value: match.prefix } });
  }
  return create(StringMatcherSchema, { matchPattern: { case: 'safeRegex', value: { regex: match.regex ?? '' } } });
}
