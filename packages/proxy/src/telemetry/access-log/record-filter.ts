import type { Issue, Random } from '@weft/base';
import type { AccessRecord } from '../access-record.ts';

/** Whether a record is worth a line. */
export type RecordFilter = (record: AccessRecord) => boolean;

/** What the compilers of filters share: chance, and where problems go. */
export interface FilterCompiling {
  readonly random: Random;
  readonly issues: Issue[];
}

/** Reports a filter that cannot be decided; what is returned is never asked. */
export function refuse(compiling: FilterCompiling, at: string, message: string, expected?: string): RecordFilter {
  const issue: Issue = { severity: 'error', code: 'access-log-filter', at, message };
  compiling.issues.push(expected === undefined ? issue : { ...issue, expected });
  return () => false;
}
