import { fromBinary } from '@bufbuild/protobuf';
import type { RouteMatch as RouteMatchMessage } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { UriTemplateMatchConfigSchema } from '@weft/xds/gen/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb';
import type { Issues } from '../decode/issues.ts';
import { fraction } from '../decode/scalars.ts';
import type { RequestHead } from '../plan/request-head.ts';
import type { Fraction } from './fraction.ts';
import {
  compileHeaderMatch,
  describeHeader,
  type HeaderMatch,
  matchedValue,
  matchesHeaderValue,
} from './header-match.ts';
import {
  compileMetadataMatch,
  describeMetadata,
  type MetadataMatch,
  matchesMetadata,
  metadataText,
  type RequestMetadata,
} from './metadata-match.ts';
import { compileQueryMatch, describeQuery, matchesQuery, type QueryMatch, queryValue } from './query-match.ts';
import { compileRegex, type Regex } from './regex.ts';
import { compileUriTemplate, type UriTemplate } from './uri-template.ts';

export type PathKind = 'prefix' | 'path' | 'regex' | 'separated-prefix' | 'connect' | 'template';

/** A `route.v3.RouteMatch`, prepared: every list present, texts lower-cased where case does not count. */
export interface RouteMatch {
  readonly pathKind: PathKind;
  /** The prefix or path, lower-case when case does not count; the source of a regex or template. */
  readonly path: string;
  readonly caseSensitive: boolean;
  readonly regex: Regex | undefined;
  readonly template: UriTemplate | undefined;
  readonly headers: readonly HeaderMatch[];
  readonly query: readonly QueryMatch[];
  /** `dynamic_metadata`: what filters found out. */
  readonly metadata: readonly MetadataMatch[];
  /** `runtime_fraction`: the share of otherwise matching requests that this route takes. */
  readonly fraction: Fraction | undefined;
  readonly grpc: boolean;
}

/** The first condition of a match that did not hold, for people and for programs. */
export interface FailedCondition {
  readonly kind: 'path' | 'method' | 'header' | 'query' | 'metadata' | 'grpc' | 'fraction' | 'order';
  /** What was asked: `path starts with "/orders"`. */
  readonly wanted: string;
  /** What the request has; undefined when it lacks it. */
  readonly actual: string | undefined;
}

/** Hears of failed conditions; the hot path has none. */
export interface MatchRecorder {
  failed(condition: FailedCondition): void;
}

const URI_TEMPLATE_MATCH = 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig';

export function compileRouteMatch(message: RouteMatchMessage, at: string, issues: Issues): RouteMatch {
  const caseSensitive = message.caseSensitive ?? true;
  const path = compilePath(message, at, issues);
  const percent = message.runtimeFraction?.defaultValue;
  return {
    pathKind: path.kind,
    path: caseSensitive || path.kind === 'regex' || path.kind === 'template' ? path.text : path.text.toLowerCase(),
    caseSensitive,
    regex: path.regex,
    template: path.template,
    headers: message.headers.map((header, i) => compileHeaderMatch(header, `${at}.headers[${i}]`, issues)),
    query: message.queryParameters.map((query, i) => compileQueryMatch(query, `${at}.query_parameters[${i}]`, issues)),
    metadata: message.dynamicMetadata.map((each, i) =>
      compileMetadataMatch(each, `${at}.dynamic_metadata[${i}]`, issues),
    ),
    fraction: percent === undefined ? undefined : fraction(percent),
    grpc: message.grpc !== undefined,
  };
}

interface CompiledPath {
  readonly kind: PathKind;
  readonly text: string;
  readonly regex: Regex | undefined;
  readonly template: UriTemplate | undefined;
}

function compilePath(message: RouteMatchMessage, at: string, issues: Issues): CompiledPath {
  const plain = (kind: PathKind, text: string): CompiledPath => ({ kind, text, regex: undefined, template: undefined });
  const form = message.pathSpecifier;
  switch (form.case) {
    case 'prefix':
      return plain('prefix', form.value);
    case 'path':
      return plain('path', form.value);
    case 'pathSeparatedPrefix':
      if (!/^\/[^?#]*[^?#/]$/.test(form.value)) {
        issues.error(
          `${at}.path_separated_prefix`,
          'invalid-value',
          `\`${form.value}\``,
          'a path without `?`, `#` or a `/` at its end',
        );
      }
      return plain('separated-prefix', form.value);
    case 'safeRegex': {
      const regex = compileRegex(form.value.regex, `${at}.safe_regex.regex`, issues);
      return { kind: 'regex', text: form.value.regex, regex, template: undefined };
    }
    case 'connectMatcher':
      return plain('connect', '');
    case 'pathMatchPolicy': {
      const any = form.value.typedConfig;
      if (any?.typeUrl !== URI_TEMPLATE_MATCH) {
        issues.error(
          `${at}.path_match_policy`,
          'unsupported-field',
          `\`${any?.typeUrl ?? ''}\` is not supported`,
          URI_TEMPLATE_MATCH,
        );
        return plain('path', '');
      }
      const config = fromBinary(UriTemplateMatchConfigSchema, any.value);
      const template = compileUriTemplate(
        config.pathTemplate,
        `${at}.path_match_policy.typed_config.path_template`,
        issues,
      );
      return { kind: 'template', text: template.source, regex: template.regex, template };
    }
    default:
      issues.error(
        at,
        'missing-field',
        'says no path',
        'one of prefix, path, safe_regex, path_separated_prefix, connect_matcher',
      );
      return plain('prefix', '');
  }
}

/** @hot The path that routes are matched against: no query, no fragment, and no `;parameters` where the table says so. */
export function matchablePath(path: string, ignoreParameters: boolean): string {
  // Three searches in native code cost a third of one loop over the characters (17 ns against 45).
  let end = cut(path.indexOf('?'), path.length);
  end = cut(path.indexOf('#'), end);
  if (ignoreParameters) end = cut(path.indexOf(';'), end);
  return end === path.length ? path : path.slice(0, end);
}

function cut(at: number, end: number): number {
  return at >= 0 && at < end ? at : end;
}

/** @hot Whether everything but `fraction` holds. `path` is `matchablePath(head.path)`. */
export function matchesRoute(
  match: RouteMatch,
  head: RequestHead,
  path: string,
  recorder: MatchRecorder | null,
  metadata: RequestMetadata | undefined,
): boolean {
  if (!matchesPath(match, head, path)) {
    if (recorder !== null) recorder.failed(failedPath(match, head, path));
    return false;
  }
  const headers = match.headers;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!;
    if (matchesHeaderValue(header, matchedValue(head, header.name))) continue;
    if (recorder !== null) recorder.failed(failedHeader(header, head));
    return false;
  }
  const query = match.query;
  for (let i = 0; i < query.length; i++) {
    if (matchesQuery(query[i]!, head.path)) continue;
    if (recorder !== null) recorder.failed(failedQuery(query[i]!, head));
    return false;
  }
  const claims = match.metadata;
  for (let i = 0; i < claims.length; i++) {
    if (matchesMetadata(claims[i]!, metadata)) continue;
    if (recorder !== null) recorder.failed(failedMetadata(claims[i]!, metadata));
    return false;
  }
  if (match.grpc && !isGrpc(head)) {
    if (recorder !== null) {
      recorder.failed({
        kind: 'grpc',
        wanted: 'a gRPC request (content-type application/grpc)',
        actual: matchedValue(head, 'content-type'),
      });
    }
    return false;
  }
  return true;
}

/** @hot */
function matchesPath(match: RouteMatch, head: RequestHead, path: string): boolean {
  if (match.pathKind === 'connect') return head.method === 'CONNECT';
  // An authority-form CONNECT has no path, and only connect_matcher matches it.
  if (path === '') return false;
  const text = match.caseSensitive ? path : path.toLowerCase();
  switch (match.pathKind) {
    case 'prefix':
      return text.startsWith(match.path);
    case 'path':
      return text === match.path;
    case 'separated-prefix':
      return (
        text.startsWith(match.path) && (text.length === match.path.length || text.charCodeAt(match.path.length) === 47)
      );
    default:
      return match.regex?.full(path) === true;
  }
}

/** @hot `application/grpc` or `application/grpc+…` (gRPC over HTTP/2, "Requests"). */
function isGrpc(head: RequestHead): boolean {
  const type = matchedValue(head, 'content-type');
  return type?.startsWith('application/grpc') === true && (type.length === 16 || type.charCodeAt(16) === 43);
}

/** For people: `path starts with "/orders"`. */
function describePath(match: RouteMatch): string {
  const quoted = JSON.stringify(match.path);
  const fold = match.caseSensitive ? '' : ' (any case)';
  switch (match.pathKind) {
    case 'prefix':
      return `path starts with ${quoted}${fold}`;
    case 'path':
      return `path = ${quoted}${fold}`;
    case 'separated-prefix':
      return `path = ${quoted} or below it${fold}`;
    case 'regex':
      return `path matches ${quoted}`;
    case 'template':
      return `path matches template ${quoted}`;
    case 'connect':
      return 'method = "CONNECT"';
  }
}

/** For people: every condition of a match, `path starts with "/" and header x = "y"`. */
export function describeMatch(match: RouteMatch): string {
  const parts = [describePath(match), ...match.headers.map(describeHeader), ...match.query.map(describeQuery)];
  parts.push(...match.metadata.map(describeMetadata));
  if (match.grpc) parts.push('a gRPC request');
  if (match.fraction !== undefined) parts.push(describeFraction(match.fraction));
  return parts.join(' and ');
}

export function describeFraction(share: Fraction): string {
  return `${(share.numerator / share.denominator) * 100} % of requests`;
}

function failedPath(match: RouteMatch, head: RequestHead, path: string): FailedCondition {
  if (match.pathKind === 'connect') return { kind: 'method', wanted: describePath(match), actual: head.method };
  return { kind: 'path', wanted: describePath(match), actual: path };
}

function failedHeader(match: HeaderMatch, head: RequestHead): FailedCondition {
  const kind = match.name === ':method' ? 'method' : 'header';
  return { kind, wanted: describeHeader(match), actual: matchedValue(head, match.name) };
}

function failedQuery(match: QueryMatch, head: RequestHead): FailedCondition {
  return { kind: 'query', wanted: describeQuery(match), actual: queryValue(head.path, match.name) };
}

function failedMetadata(match: MetadataMatch, metadata: RequestMetadata | undefined): FailedCondition {
  return { kind: 'metadata', wanted: describeMetadata(match), actual: metadataText(match, metadata) };
}
