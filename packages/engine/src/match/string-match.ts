import type { Regex } from './regex.ts';

export type StringMatchKind = 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex' | 'any';

/** A `type.matcher.v3.StringMatcher`; `text` is lower-cased when `ignoreCase`. */
export interface StringMatch {
  readonly kind: StringMatchKind;
  readonly text: string;
  readonly regex: Regex | undefined;
  readonly ignoreCase: boolean;
}
