import type { StringMatch } from './string-match.ts';

/** A `route.v3.QueryParameterMatcher`. Values are compared as they stand in the URL, not percent-decoded, as Envoy does. */
export interface QueryMatch {
  readonly name: string;
  /** Undefined: presence is enough. */
  readonly value: StringMatch | undefined;
  readonly present: boolean;
}
