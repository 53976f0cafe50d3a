import type { Issues } from '../decode/issues.ts';
import { compileRegex, type Regex } from './regex.ts';

/** `path_template` of envoy.path.match.uri_template, compiled: a pattern and the capture group of each variable. */
export interface UriTemplate {
  readonly source: string;
  readonly regex: Regex;
  readonly groups: ReadonlyMap<string, number>;
  /** The text that every matching path starts with. */
  readonly literalPrefix: string;
}

// RFC 3986 pchar without `*`, as Envoy's uri_template matcher takes a segment's characters.
const SEGMENT_CHARS = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";
const ONE_SEGMENT = `[${SEGMENT_CHARS}]+`;
const ANY_SEGMENTS = `[${SEGMENT_CHARS}/]*`;
const MAX_VARIABLES = 5;

/**
 * `/a/{b}/*` and the like (uri_template_match.proto): `*` is one segment, `**` any number and the last operator, `{name}` a
 * segment with a name, `{name=pattern}` a pattern with a name.
 */
export function compileUriTemplate(source: string, at: string, issues: Issues): UriTemplate {
  const groups = new Map<string, number>();
  const fail = (why: string): void =>
    issues.error(at, 'invalid-value', `\`${source}\`: ${why}`, 'a path template such as `/a/{b}/*`');
  if (!source.startsWith('/')) fail('does not start with /');
  const tokens = source.split(/(\{[^{}]*\}|\*\*|\*)/);
  let pattern = '';
  let afterText = false;
  tokens.forEach((token, index) => {
    if (token === '') return;
    if (index % 2 === 0) {
      if (!/^[a-zA-Z0-9\-._~%!$&'()+,;:@=/]*$/.test(token))
        fail(`\`${token}\` has a character that a path cannot have`);
      pattern += escapeRegex(token);
      return;
    }
    if (afterText) fail('`**` must be the last operator');
    const inner = operator(token, groups, fail);
    afterText ||= inner.includes(ANY_SEGMENTS);
    pattern += inner;
  });
  if (groups.size > MAX_VARIABLES) fail(`has more than ${MAX_VARIABLES} variables`);
  return { source, regex: compileRegex(pattern, at, issues), groups, literalPrefix: tokens[0] ?? '' };
}

function operator(token: string, groups: Map<string, number>, fail: (why: string) => void): string {
  if (token === '*') return ONE_SEGMENT;
  if (token === '**') return ANY_SEGMENTS;
  const match = /^\{([a-zA-Z][a-zA-Z0-9_]{0,15})(?:=(.+))?\}$/.exec(token);
  if (match === null) {
    fail(`\`${token}\` is no variable`);
    return '';
  }
  const [, name = '', inner = '*'] = match;
  if (groups.has(name)) fail(`variable \`${name}\` stands twice`);
  groups.set(name, groups.size + 1);
  const parts = inner
    .split(/(\*\*|\*)/)
    .map((part) => (part === '*' ? ONE_SEGMENT : part === '**' ? ANY_SEGMENTS : escapeRegex(part)));
  return `(${parts.join('')})`;
}

/** The pieces of a rewrite template: literal text, or the number of a variable's capture group. */
export function compileTemplateRewrite(
  source: string,
  match: UriTemplate,
  at: string,
  issues: Issues,
): readonly (string | number)[] {
  if (!source.startsWith('/')) issues.error(at, 'invalid-value', `\`${source}\` does not start with /`);
  return source
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part) => {
      if (!part.startsWith('{')) return part;
      const group = match.groups.get(part.slice(1, -1));
      if (group === undefined) issues.error(at, 'invalid-value', `\`${part}\` is no variable of \`${match.source}\``);
      return group ?? part;
    });
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
