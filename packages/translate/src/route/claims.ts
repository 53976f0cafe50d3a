import type { StringMatch } from '@weft/config';
import type { MetadataMatcherSchema } from '@weft/xds/gen/envoy/type/matcher/v3/metadata_pb';
import type { ValueMatcherSchema } from '@weft/xds/gen/envoy/type/matcher/v3/value_pb';
import type { Init } from '../wire/init.ts';
import { stringMatcher } from '../wire/string-match.ts';

/** The filter that checks tokens, and the key under which it leaves what is in them. */
const JWT_FILTER = 'envoy.filters.http.jwt_authn';
const PAYLOAD = 'payload';
const CLAIMS = '@request.auth.claims';

/**
 * The claim that a key of `headers` stands for (pkg/jwt/routing.go): `@request.auth.claims.group.id` or, for names with dots,
 * `@request.auth.claims[group][id]`. Undefined for the name of a header.
 */
export function routingClaim(name: string): readonly string[] | undefined {
  if (!name.toLowerCase().startsWith(CLAIMS)) return undefined;
  const rest = name.slice(CLAIMS.length);
  if (rest.startsWith('.') && rest.length > 1) return rest.slice(1).split('.');
  if (rest.startsWith('[') && rest.endsWith(']') && rest.length > 2) return rest.slice(1, -1).split('][');
  return undefined;
}

/** Matches of claims → dynamic metadata: the claim is the text, or a list that has it (authz/matcher, MetadataListMatcher). */
export function claimMatches(
  matches: Readonly<Record<string, StringMatch>> | undefined,
  invert: boolean,
): Init<typeof MetadataMatcherSchema>[] {
  return Object.entries(matches ?? {}).flatMap(([name, match]) => {
    const claim = routingClaim(name);
    if (claim === undefined) return [];
    const path = [PAYLOAD, ...claim].map((key) => ({ segment: { case: 'key' as const, value: key } }));
    return [{ filter: JWT_FILTER, path, value: inListOrAlone(match), invert }];
  });
}

function inListOrAlone(match: StringMatch): Init<typeof ValueMatcherSchema> {
  const value = { matchPattern: { case: 'stringMatch', value: stringMatcher(match) } } as const;
  const list = { matchPattern: { case: 'listMatch', value: { matchPattern: { case: 'oneOf', value } } } } as const;
  return { matchPattern: { case: 'orMatch', value: { valueMatchers: [list, value] } } };
}
