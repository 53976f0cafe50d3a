import { RE2JS } from 're2js';
import type { Report } from '../schema/index.ts';

const MAX_LENGTH = 1024;

/** A pattern of RE2 (https://github.com/google/re2/wiki/Syntax): no look-around, no back references, linear time. */
export function checkRegex(pattern: string, at: string, report: Report): void {
  if (Buffer.byteLength(pattern) > MAX_LENGTH) {
    report.error(at, 'regex-too-long', `the regex is longer than ${MAX_LENGTH} bytes`);
    return;
  }
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    // The library says no by throwing; its message names the part that is wrong.
    const reason = error instanceof Error ? error.message : String(error);
    report.error(at, 'invalid-regex', `the regex does not compile: ${reason}`, { expected: 'RE2 syntax' });
  }
}

/** Whether an RE2 pattern, which has been checked, occurs in `text`. */
export function occursIn(pattern: string, text: string): boolean {
  return RE2JS.compile(pattern).matcher(text).find();
}
