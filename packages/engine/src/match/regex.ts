/** A regular expression of RE2's syntax that runs in linear time, whatever the pattern. */
export interface Regex {
  readonly source: string;
  readonly groupCount: number;
  /** Whether all of `text` matches. */
  full(text: string): boolean;
  /** The capture groups of a match of all of `text`; undefined when it does not match. */
  captures(text: string): readonly (string | undefined)[] | undefined;
  /** `text` with every match replaced; `\1` in the substitution is the first group. */
  replaceAll(text: string, substitution: string): string;
}
