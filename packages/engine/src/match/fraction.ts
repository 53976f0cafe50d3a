/** `numerator` in `denominator` (100, 10 000 or 1 000 000), as FractionalPercent counts. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}
