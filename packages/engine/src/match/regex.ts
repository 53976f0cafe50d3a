import type { Decoded } from '@weft/base';
import { RE2JS } from 're2js';
import { Issues } from '../decode/issues.ts';

/** A regular expression of RE2's syntax that runs in linear time, whatever the pattern. */
export interface Regex {
  readonly source: string;
  readonly groupCount: number;
  /** Whether all of `text` matches. */
  full(text: string): boolean;
  /** The groups (0 is the whole) of a match of all of `text`; undefined when it does not match. */
  captures(text: string): readonly (string | undefined)[] | undefined;
  /** `text` with every match replaced; `\1` in the substitution is the first group, `\\` a backslash (RE2::Rewrite). */
  replaceAll(text: string, substitution: string): string;
}

class Re2Regex implements Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly #re: RE2JS;

  constructor(source: string, re: RE2JS) {
    this.source = source;
    this.#re = re;
    this.groupCount = re.groupCount();
  }

  full(text: string): boolean {
    return this.#re.testExact(text);
  }

  captures(text: string): readonly (string | undefined)[] | undefined {
    const matcher = this.#re.matcher(text);
    if (!matcher.matches()) return undefined;
    const groups: (string | undefined)[] = [];
    for (let i = 0; i <= this.groupCount; i++) groups.push(matcher.group(i) ?? undefined);
    return groups;
  }

  replaceAll(text: string, substitution: string): string {
    const matcher = this.#re.matcher(text);
    let out = '';
    let from = 0;
    while (matcher.find()) {
      out += text.slice(from, matcher.start()) + expand(substitution, (group) => matcher.group(group) ?? '');
      from = matcher.end();
    }
    return out + text.slice(from);
  }
}

function expand(substitution: string, group: (index: number) => string): string {
  return substitution.replace(/\\([\d\\])/g, (_, c: string) => (c === '\\' ? '\\' : group(Number(c))));
}

/** Compiles `source`; on an error reports it at `at` and returns a pattern that matches nothing. */
export function compileRegex(source: string, at: string, issues: Issues): Regex {
  try {
    return new Re2Regex(source, RE2JS.compile(source));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    issues.error(at, 'invalid-regex', `\`${source}\`: ${why}`, 'a regular expression of RE2 syntax');
    return new Re2Regex(source, RE2JS.compile('[^\\x{0}-\\x{10FFFF}]'));
  }
}

/** A pattern that somebody typed, or the issue that says what is wrong with it. */
export function parseRegex(source: string): Decoded<Regex> {
  const issues = new Issues('');
  const regex = compileRegex(source, '', issues);
  return issues.end(regex);
}

/** Reports a substitution that refers to a group its pattern does not have, or that ends in half an escape. */
export function checkSubstitution(regex: Regex, substitution: string, at: string, issues: Issues): void {
  for (const match of substitution.matchAll(/\\(.?)/gs)) {
    const c = match[1] ?? '';
    if (c === '\\') continue;
    if (!/\d/.test(c)) {
      issues.error(at, 'invalid-value', `\`\\${c}\` is no escape of a substitution`, '`\\0` to `\\9` or `\\\\`');
    } else if (Number(c) > regex.groupCount) {
      issues.error(at, 'invalid-value', `\`\\${c}\` has no group`, `at most \\${regex.groupCount}`);
    }
  }
}
