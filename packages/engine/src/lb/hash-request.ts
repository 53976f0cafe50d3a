import type { Random } from '@weft/base';
import { joinedValue } from '../match/header-match.ts';
import { queryValue } from '../match/query-match.ts';
import type { RequestHead } from '../plan/request-head.ts';
import type { HashPolicy } from '../route/route.ts';
import type { PickContext } from './picker.ts';
import { type Hash64, hashText } from './xxhash64.ts';

/** A cookie that the response is to set, so that the next request has the same hash. */
export interface HashCookie {
  readonly name: string;
  readonly value: string;
  /** The whole `Set-Cookie` value. */
  readonly setCookie: string;
}

const one: Hash64 = { hi: 0, lo: 0 };

/**
 * @hot Writes the hash of a request into `out` (RouteAction.HashPolicy): the policies' hashes, each rotated by one before the next is
 * mixed in; a terminal one that has a hash ends it. Returns the cookie to set when a cookie policy had to make one.
 * `sourceAddress` is the client's IP without a port.
 */
export function hashRequest(
  policies: readonly HashPolicy[],
  head: RequestHead,
  sourceAddress: string,
  random: Random,
  out: PickContext,
): HashCookie | undefined {
  let made: HashCookie | undefined;
  out.hashed = false;
  out.hashHi = 0;
  out.hashLo = 0;
  for (let i = 0; i < policies.length; i++) {
    const policy = policies[i]!;
    let text = textOf(policy, head, sourceAddress);
    if (text === undefined && policy.kind === 'cookie' && policy.ttlMs !== undefined) {
      made = makeCookie(policy, random);
      text = made.value;
    }
    if (text !== undefined) {
      hashText(text, 0, one);
      const { hashHi: hi, hashLo: lo } = out;
      out.hashHi = (((hi << 1) | (lo >>> 31)) ^ one.hi) >>> 0;
      out.hashLo = (((lo << 1) | (hi >>> 31)) ^ one.lo) >>> 0;
      out.hashed = true;
    }
    if (policy.terminal && out.hashed) break;
  }
  return made;
}

function textOf(policy: HashPolicy, head: RequestHead, sourceAddress: string): string | undefined {
  switch (policy.kind) {
    case 'header': {
      const value = joinedValue(head.headers, policy.name);
      if (value === undefined || policy.rewrite === undefined) return value;
      return policy.rewrite.regex.replaceAll(value, policy.rewrite.substitution);
    }
    case 'cookie':
      return cookieValue(head.headers, policy.name);
    case 'source-ip':
      return sourceAddress === '' ? undefined : sourceAddress;
    case 'query':
      return queryValue(head.path, policy.name);
  }
}

/** The first cookie of that name that is not empty (RFC 6265 §4.2). */
function cookieValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== 'cookie') continue;
    for (const pair of headers[i + 1]!.split(';')) {
      const equals = pair.indexOf('=');
      if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
      const value = pair.slice(equals + 1).trim();
      const bare = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
      if (bare !== '') return bare;
    }
  }
  return undefined;
}

function makeCookie(policy: Extract<HashPolicy, { kind: 'cookie' }>, random: Random): HashCookie {
  const part = (): string => random.below(0x1_0000_0000).toString(16).padStart(8, '0');
  const value = part() + part();
  let setCookie = `${policy.name}="${value}"`;
  if (policy.ttlMs !== undefined && policy.ttlMs > 0) setCookie += `; Max-Age=${Math.floor(policy.ttlMs / 1000)}`;
  if (policy.path !== '') setCookie += `; Path=${policy.path}`;
  for (const [name, attribute] of policy.attributes)
    setCookie += attribute === '' ? `; ${name}` : `; ${name}=${attribute}`;
  return { name: policy.name, value, setCookie: `${setCookie}; HttpOnly` };
}
