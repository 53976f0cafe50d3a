/** One of exact, prefix or RE2 regex (full match). */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}
