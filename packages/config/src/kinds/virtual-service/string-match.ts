import { checkRegex } from '../../checks/regex.ts';
import type { Report } from '../../schema/index.ts';
import type { StringMatch } from '../../shared/string-match/type.ts';

/** Only the regex: an empty prefix of a path matches every path. */
export function checkMatchRegex(match: StringMatch | undefined, at: string, report: Report): void {
  if (match?.regex === undefined) return;
  if (match.regex === '') report.error(`${at}.regex`, 'empty-value', 'a regex must not be empty');
  else checkRegex(match.regex, `${at}.regex`, report);
}

/** Envoy's string matcher takes no empty prefix. */
export function checkStringMatch(match: StringMatch | undefined, at: string, report: Report): void {
  if (match?.prefix === '') report.error(`${at}.prefix`, 'empty-value', 'a prefix must not be empty');
  checkMatchRegex(match, at, report);
}
