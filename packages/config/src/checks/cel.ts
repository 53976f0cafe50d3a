import { parse } from '@marcbachmann/cel-js';

/** Why an expression is no CEL. Names are not resolved: which attributes exist is known to the proxy alone. */
export function celProblem(expression: string): string | undefined {
  try {
    parse(expression);
    return undefined;
  } catch (error) {
    // The parser's way to say no; the first line of its message says what it met, the rest draws the place.
    return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
  }
}
