import type { MetadataMatcher } from '@weft/xds/gen/envoy/type/matcher/v3/metadata_pb';
import type { DoubleMatcher } from '@weft/xds/gen/envoy/type/matcher/v3/number_pb';
import type { ValueMatcher } from '@weft/xds/gen/envoy/type/matcher/v3/value_pb';
import type { Issues } from '../decode/issues.ts';
import { compileStringMatch, matchesString, type StringMatch } from './string-match.ts';

/** What filters found out about a request, by filter: `{ 'envoy.filters.http.jwt_authn': { payload: { iss: … } } }`. */
export type RequestMetadata = Readonly<Record<string, unknown>>;

/** A `type.matcher.v3.MetadataMatcher`, prepared. */
export interface MetadataMatch {
  /** The filter, then the keys below it. */
  readonly path: readonly string[];
  readonly value: ValueMatch;
  readonly invert: boolean;
}

/** A `type.matcher.v3.ValueMatcher`. */
export type ValueMatch =
  | { readonly kind: 'null' }
  | { readonly kind: 'present'; readonly value: boolean }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'number'; readonly from: number; readonly below: number }
  | { readonly kind: 'text'; readonly match: StringMatch }
  /** A list with an element that matches. */
  | { readonly kind: 'one-of'; readonly element: ValueMatch }
  | { readonly kind: 'or'; readonly any: readonly ValueMatch[] };

export function compileMetadataMatch(message: MetadataMatcher, at: string, issues: Issues): MetadataMatch {
  const keys = message.path.map(({ segment }) => (segment.case === 'key' ? segment.value : ''));
  if (message.filter === '') issues.error(`${at}.filter`, 'missing-field', 'says no filter', 'the name of a filter');
  if (keys.length === 0 || keys.includes('')) {
    issues.error(`${at}.path`, 'missing-field', 'says no path', 'at least one key');
  }
  return {
    path: [message.filter, ...keys],
    value: compileValueMatch(message.value, `${at}.value`, issues),
    invert: message.invert,
  };
}

function compileValueMatch(message: ValueMatcher | undefined, at: string, issues: Issues): ValueMatch {
  const pattern = message?.matchPattern;
  switch (pattern?.case) {
    case 'nullMatch':
      return { kind: 'null' };
    case 'presentMatch':
      return { kind: 'present', value: pattern.value };
    case 'boolMatch':
      return { kind: 'bool', value: pattern.value };
    case 'doubleMatch':
      return compileNumber(pattern.value);
    case 'stringMatch':
      return { kind: 'text', match: compileStringMatch(pattern.value, `${at}.string_match`, issues) };
    case 'listMatch': {
      const oneOf = pattern.value.matchPattern.case === 'oneOf' ? pattern.value.matchPattern.value : undefined;
      return { kind: 'one-of', element: compileValueMatch(oneOf, `${at}.list_match.one_of`, issues) };
    }
    case 'orMatch':
      return {
        kind: 'or',
        any: pattern.value.valueMatchers.map((each, i) =>
          compileValueMatch(each, `${at}.or_match.value_matchers[${i}]`, issues),
        ),
      };
    default:
      issues.error(
        at,
        'missing-field',
        'says no value',
        'one of null_match, double_match, string_match, bool_match, …',
      );
      return { kind: 'null' };
  }
}

/** A range is half open: from `start`, up to but without `end` (type/v3/range.proto, DoubleRange). */
function compileNumber({ matchPattern }: DoubleMatcher): ValueMatch {
  if (matchPattern.case === 'range') {
    return { kind: 'number', from: matchPattern.value.start, below: matchPattern.value.end };
  }
  const exact = matchPattern.value ?? 0;
  return { kind: 'number', from: exact, below: Number.NaN };
}

/** @hot A path that leads nowhere matches nothing, so its inversion matches (metadata.proto, MetadataMatcher.invert). */
export function matchesMetadata(match: MetadataMatch, metadata: RequestMetadata | undefined): boolean {
  return matchesValue(match.value, metadataAt(metadata, match.path)) !== match.invert;
}

/** @hot */
function metadataAt(metadata: RequestMetadata | undefined, path: readonly string[]): unknown {
  let value: unknown = metadata;
  for (let i = 0; i < path.length; i++) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const key = path[i]!;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** @hot */
function matchesValue(match: ValueMatch, value: unknown): boolean {
  switch (match.kind) {
    case 'null':
      return value === null;
    case 'present':
      return (value !== undefined) === match.value;
    case 'bool':
      return value === match.value;
    case 'number':
      if (typeof value !== 'number') return false;
      return Number.isNaN(match.below) ? value === match.from : value >= match.from && value < match.below;
    case 'text':
      return typeof value === 'string' && matchesString(match.match, value);
    case 'one-of':
      if (!Array.isArray(value)) return false;
      for (let i = 0; i < value.length; i++) if (matchesValue(match.element, value[i])) return true;
      return false;
    case 'or':
      for (let i = 0; i < match.any.length; i++) if (matchesValue(match.any[i]!, value)) return true;
      return false;
  }
}

/** For people: `metadata envoy.filters.http.jwt_authn/payload/group is (a list with "a" or "a")`. */
export function describeMetadata(match: MetadataMatch): string {
  return `metadata ${match.path.join('/')} ${match.invert ? 'is not' : 'is'} ${describeValue(match.value)}`;
}

function describeValue(match: ValueMatch): string {
  switch (match.kind) {
    case 'null':
      return 'null';
    case 'present':
      return match.value ? 'there' : 'absent';
    case 'bool':
      return String(match.value);
    case 'number':
      return Number.isNaN(match.below) ? String(match.from) : `from ${match.from} to below ${match.below}`;
    case 'text':
      return match.match.kind === 'exact'
        ? JSON.stringify(match.match.text)
        : `${match.match.kind} ${JSON.stringify(match.match.text)}`;
    case 'one-of':
      return `a list with ${describeValue(match.element)}`;
    case 'or':
      return match.any.map(describeValue).join(' or ');
  }
}

/** What the request has at the path of a match, for people. */
export function metadataText(match: MetadataMatch, metadata: RequestMetadata | undefined): string | undefined {
  const value = metadataAt(metadata, match.path);
  return value === undefined ? undefined : JSON.stringify(value);
}
