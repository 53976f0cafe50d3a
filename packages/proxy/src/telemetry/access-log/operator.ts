import type { Random } from '@weft/base';
import type { AccessRecord } from '../access-record.ts';

/** Numbers stay numbers, so that JSON logs keep their type. Undefined and the empty string mean "nothing to say". */
export type OperatorValue = string | number | undefined;
export type Operator = (record: AccessRecord) => OperatorValue;

/** Facts of the process that operators print and filters draw from. */
export interface LogContext {
  readonly hostname: string;
  readonly random: Random;
  /** A variable of the process environment. */
  environment(name: string): string | undefined;
}

/** Makes an operator of its argument, or says what is wrong with the argument. */
export type OperatorFactory = (
  argument: string | undefined,
  context: LogContext,
) => Operator | { readonly problem: string };

/** An operator without an argument. */
export function plain(read: Operator): OperatorFactory {
  return (argument) => (argument === undefined ? read : { problem: `takes no argument, got (${argument})` });
}
