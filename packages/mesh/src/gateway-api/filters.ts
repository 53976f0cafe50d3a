import type {
  CorsPolicy,
  HeaderOperations,
  HttpCorsFilter,
  HttpHeaderFilter,
  HttpHeaderValue,
  HttpMirrorPolicy,
  HttpRedirect,
  HttpRequestMirrorFilter,
  HttpRequestRedirectFilter,
  HttpRewrite,
  HttpUrlRewriteFilter,
  StringMatch,
} from '@weft/config';
import { backendOf, type RouteObject } from './backend.ts';
import type { Lookup } from './inputs.ts';
import type { Problem } from './problem.ts';

/** The first of several values for one header counts; the name's case does not. */
function valuesOf(headers: readonly HttpHeaderValue[] | undefined): Readonly<Record<string, string>> | undefined {
  if (headers === undefined || headers.length === 0) return undefined;
  const values: Record<string, string> = {};
  for (const { name = '', value = '' } of headers) values[name.toLowerCase()] ??= value;
  return values;
}

export function headerOperationsOf(filter: HttpHeaderFilter): HeaderOperations {
  const add = valuesOf(filter.add);
  const set = valuesOf(filter.set);
  return {
    ...(add && { add }),
    ...(set && { set }),
    ...(filter.remove && filter.remove.length > 0 && { remove: filter.remove }),
  };
}

/** `port` is the request's when neither port nor scheme is said, and the scheme's own when only that is. */
export function redirectOf(filter: HttpRequestRedirectFilter): HttpRedirect {
  const { statusCode, hostname, scheme, port, path } = filter;
  return {
    ...(statusCode !== undefined && { redirectCode: statusCode }),
    ...(hostname !== undefined && { authority: hostname }),
    ...(scheme !== undefined && { scheme }),
    ...(port === undefined
      ? { derivePort: scheme === undefined ? ('FROM_REQUEST_PORT' as const) : ('FROM_PROTOCOL_DEFAULT' as const) }
      : { port }),
    ...(path?.type === 'ReplaceFullPath' && { uri: path.replaceFullPath ?? '' }),
    ...(path?.type === 'ReplacePrefixMatch' && { prefixRewrite: path.replacePrefixMatch ?? '' }),
  };
}

/** A prefix replaced by `/` is taken away; a full path replaces everything from the first slash. */
export function rewriteOf({ hostname, path }: HttpUrlRewriteFilter): HttpRewrite | undefined {
  if (hostname === undefined && path === undefined) return undefined;
  return {
    ...(path?.type === 'ReplacePrefixMatch' && { uri: (path.replacePrefixMatch ?? '').replace(/\/$/, '') || '/' }),
    ...(path?.type === 'ReplaceFullPath' && { uriRegexRewrite: { match: '/.*', rewrite: path.replaceFullPath ?? '' } }),
    ...(hostname !== undefined && { authority: hostname }),
  };
}

export function mirrorOf(
  { backendRef = {}, fraction, percent }: HttpRequestMirrorFilter,
  route: RouteObject,
  lookup: Lookup,
): { readonly mirror: HttpMirrorPolicy | undefined; readonly problem: Problem | undefined } {
  const { destination, problem } = backendOf(backendRef, route, lookup);
  if (problem !== undefined || destination === undefined) return { mirror: undefined, problem };
  const share = fraction === undefined ? percent : (100 * (fraction.numerator ?? 0)) / (fraction.denominator ?? 100);
  return {
    mirror: { destination, ...(share !== undefined && { percentage: { value: share } }) },
    problem: undefined,
  };
}

/** Any origin of RFC 6454: a scheme, a host and perhaps a port. */
const ANY_ORIGIN = '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$';

function originMatch(origin: string): StringMatch {
  if (origin === '*') return { regex: ANY_ORIGIN };
  const star = origin.indexOf('*');
  if (star < 0) return { exact: origin };
  if (star === origin.length - 1) return { prefix: origin.slice(0, -1) };
  const pattern = origin.replace(/[\\.+?()|[\]{}^$]/g, '\\$&').replaceAll('*', '.*');
  return { regex: `^${pattern}$` };
}

/** A preflight of an origin that is not allowed is answered without CORS headers, not passed on. */
export function corsOf(filter: HttpCorsFilter): CorsPolicy {
  const { allowCredentials, allowMethods, allowHeaders, exposeHeaders, maxAge } = filter;
  return {
    ...(filter.allowOrigins && { allowOrigins: filter.allowOrigins.map(originMatch) }),
    ...(allowCredentials === true && { allowCredentials }),
    ...(allowMethods && { allowMethods }),
    ...(allowHeaders && { allowHeaders }),
    ...(exposeHeaders && { exposeHeaders }),
    ...(maxAge !== undefined && { maxAgeMs: maxAge * 1000 }),
    unmatchedPreflights: 'IGNORE',
  };
}
