import { create } from '@bufbuild/protobuf';
import type { HttpMatchRequest, StringMatch } from '@weft/config';
import { compareText } from '@weft/mesh';
import {
  type HeaderMatcherSchema,
  type QueryParameterMatcherSchema,
  type RouteMatch,
  RouteMatchSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Init } from '../wire/init.ts';
import { meansPresent, stringMatcher } from '../wire/string-match.ts';
import { claimMatches, routingClaim } from './claims.ts';

type HeaderInit = Init<typeof HeaderMatcherSchema>;
type QueryInit = Init<typeof QueryParameterMatcherSchema>;

/** `match` → RouteMatch; no match is everything (route.go, TranslateRouteMatch). Prefixes of the Gateway API are of whole segments. */
export function routeMatch(match: HttpMatchRequest | undefined, wholeSegments = false): RouteMatch {
  if (match === undefined) return create(RouteMatchSchema, { pathSpecifier: { case: 'prefix', value: '/' } });
  const claims = [...claimMatches(match.headers, false), ...claimMatches(match.withoutHeaders, true)];
  const headers = [
    ...ofHeaders(match.headers).map(([name, value]) => headerMatch(name, value)),
    ...ofHeaders(match.withoutHeaders).map(([name, value]) => withoutHeader(name, value)),
  ].sort((a, b) => compareText(a.name ?? '', b.name ?? ''));
  if (match.method !== undefined) headers.push(headerMatch(':method', match.method));
  if (match.authority !== undefined) headers.push(headerMatch(':authority', match.authority));
  if (match.scheme !== undefined) headers.push(headerMatch(':scheme', match.scheme));
  return create(RouteMatchSchema, {
    pathSpecifier: pathSpecifier(match.uri, wholeSegments),
    caseSensitive: !(match.ignoreUriCase ?? false),
    headers,
    dynamicMetadata: claims,
    queryParameters: Object.entries(match.queryParams ?? {})
      .sort(([a], [b]) => compareText(a, b))
      .map(([name, value]) => queryMatch(name, value)),
  });
}

type Matches = Readonly<Record<string, StringMatch>> | undefined;

/** Those that are about headers, not about claims. */
function ofHeaders(matches: Matches): [string, StringMatch][] {
  return Object.entries(matches ?? {}).filter(([name]) => routingClaim(name) === undefined);
}

/** A raw string prefix: `/foo` matches `/foobar` too (SEMANTICS row 8); one of whole segments does not. */
function pathSpecifier(uri: StringMatch | undefined, wholeSegments: boolean): RouteMatch['pathSpecifier'] {
  if (uri?.exact !== undefined) return { case: 'path', value: uri.exact };
  if (uri?.prefix !== undefined && wholeSegments && uri.prefix !== '/') {
    return { case: 'pathSeparatedPrefix', value: uri.prefix.replace(/\/$/, '') };
  }
  if (uri?.prefix !== undefined) return { case: 'prefix', value: uri.prefix };
  if (uri?.regex !== undefined) return { case: 'safeRegex', value: stringRegex(uri.regex) };
  return { case: 'prefix', value: '/' };
}

function stringRegex(regex: string): Extract<RouteMatch['pathSpecifier'], { case: 'safeRegex' }>['value'] {
  const matcher = stringMatcher({ regex }).matchPattern;
  if (matcher.case !== 'safeRegex') throw new Error('a regex always becomes a regex matcher');
  return matcher.value;
}

/** Present, or equal, prefixed, or fully matched. */
function headerMatch(name: string, match: StringMatch): HeaderInit {
  if (meansPresent(match)) return { name, headerMatchSpecifier: { case: 'presentMatch', value: true } };
  return { name, headerMatchSpecifier: { case: 'stringMatch', value: stringMatcher(match) } };
}

/** A header that is not there passes, whatever it must not be. */
function withoutHeader(name: string, match: StringMatch): HeaderInit {
  const matcher = { ...headerMatch(name, match), invertMatch: true };
  return meansPresent(match) ? matcher : { ...matcher, treatMissingHeaderAsEmpty: true };
}

function queryMatch(name: string, match: StringMatch): QueryInit {
  if (meansPresent(match)) return { name, queryParameterMatchSpecifier: { case: 'presentMatch', value: true } };
  return { name, queryParameterMatchSpecifier: { case: 'stringMatch', value: stringMatcher(match) } };
}

/** Takes every request that reaches it: nothing after it in the same list can win (route.go, IsCatchAllRoute). */
export function isCatchAll(match: RouteMatch): boolean {
  const path = match.pathSpecifier;
  const everyPath =
    (path.case === 'prefix' && path.value === '/') ||
    (path.case === 'pathSeparatedPrefix' && path.value === '/') ||
    (path.case === 'safeRegex' && path.value.regex === '.*');
  return (
    everyPath && match.headers.length === 0 && match.queryParameters.length === 0 && match.dynamicMetadata.length === 0
  );
}
