import type { GrpcMethodMatch, GrpcRouteMatch, HttpMatchRequest, HttpRouteMatch, StringMatch } from '@weft/config';

interface Named {
  readonly name?: string;
  readonly type?: 'Exact' | 'RegularExpression';
  readonly value?: string;
}

function byName(list: readonly Named[] | undefined): Readonly<Record<string, StringMatch>> | undefined {
  if (list === undefined || list.length === 0) return undefined;
  return Object.fromEntries(
    list.map(({ name = '', type = 'Exact', value = '' }) => [
      name,
      type === 'Exact' ? { exact: value } : { regex: value },
    ]),
  );
}

/** A path without a type is a prefix of whole segments; without a value it is everything. */
export function httpMatchOf({ path = {}, headers, queryParams, method }: HttpRouteMatch): HttpMatchRequest {
  const { type = 'PathPrefix', value = '/' } = path;
  const named = byName(headers);
  const query = byName(queryParams);
  return {
    uri: uriOf(type, value),
    ...(named && { headers: named }),
    ...(query && { queryParams: query }),
    ...(method !== undefined && { method: { exact: method } }),
  };
}

function uriOf(type: 'Exact' | 'PathPrefix' | 'RegularExpression', value: string): StringMatch {
  if (type === 'Exact') return { exact: value };
  if (type === 'RegularExpression') return { regex: value };
  return { prefix: value === '/' ? value : value.replace(/\/$/, '') };
}

/** A call is a request for `/<service>/<method>`. */
export function grpcMatchOf({ method, headers }: GrpcRouteMatch): HttpMatchRequest {
  const named = byName(headers);
  return { ...(method && { uri: grpcUri(method) }), ...(named && { headers: named }) };
}

function grpcUri({ type = 'Exact', service, method }: GrpcMethodMatch): StringMatch {
  if (service === undefined) return { regex: `/[^/]+/${method ?? ''}` };
  if (type === 'RegularExpression') return { regex: `/${service}/${method ?? '.+'}` };
  return method === undefined ? { prefix: `/${service}/` } : { exact: `/${service}/${method}` };
}

const RANK = ['regex', 'prefix', 'exact'] as const;

function rankOf(uri: StringMatch | undefined): readonly [number, number] {
  for (let rank = RANK.length - 1; rank >= 0; rank--) {
    const value = uri?.[RANK[rank] ?? 'exact'];
    if (value !== undefined) return [rank, value.length];
  }
  return [-1, 0];
}

/**
 * Which of two matches is asked first: exact paths, then prefixes, then expressions; the longer one; one with a method; more headers; more
 * query parameters (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule). Equal ones stay as they are, oldest object first.
 */
export function compareMatches(a: HttpMatchRequest | undefined, b: HttpMatchRequest | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [rankA, lengthA] = rankOf(a.uri);
  const [rankB, lengthB] = rankOf(b.uri);
  return (
    rankB - rankA ||
    lengthB - lengthA ||
    Number(a.method === undefined) - Number(b.method === undefined) ||
    count(b.headers) - count(a.headers) ||
    count(b.queryParams) - count(a.queryParams)
  );
}

function count(matches: object | undefined): number {
  return matches === undefined ? 0 : Object.keys(matches).length;
}
