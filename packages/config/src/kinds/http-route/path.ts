import type { Report } from '../../schema/index.ts';
import type { HttpPathMatch } from './type.ts';

const CHARACTERS = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

/** What a normalized path never contains, so that such a match could not hold. */
const NEVER = ['//', '/./', '/../', '%2f', '%2F', '#'] as const;

/** Exact and PathPrefix compare normalized paths: absolute, without dot segments. */
export function checkPath(path: HttpPathMatch | undefined, at: string, report: Report): void {
  if (path === undefined || path.type === 'RegularExpression') return;
  const value = path.value ?? '/';
  const found = NEVER.find((part) => value.includes(part));
  if (!value.startsWith('/')) report.error(`${at}.value`, 'invalid-path', 'the path must start with "/"');
  else if (found !== undefined)
    report.error(`${at}.value`, 'invalid-path', `the path must not contain ${JSON.stringify(found)}`);
  else if (/\/\.\.?$/.test(value))
    report.error(`${at}.value`, 'invalid-path', 'the path must not end with a dot segment');
  else if (!CHARACTERS.test(value)) {
    report.error(`${at}.value`, 'invalid-path', `${JSON.stringify(value)} has characters that a path cannot have`);
  }
}
