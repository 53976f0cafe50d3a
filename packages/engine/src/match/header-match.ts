import type { StringMatch } from './string-match.ts';

/** A `route.v3.HeaderMatcher`, every form in one shape. Repeated headers are compared joined by commas. */
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
