import type { DnsConfig } from '@weft/engine';

export type DnsFamily = DnsConfig['family'];

export interface DnsAnswer {
  readonly addresses: readonly string[];
  /** How long the answer may be used, in seconds; undefined when it is not from DNS (a hosts file). */
  readonly ttlS: number | undefined;
}

/** Resolves a name; rejects when it has no address or nobody answers. `withTtl`: the time to live is wanted. */
export type ResolveName = (host: string, family: DnsFamily, withTtl: boolean) => Promise<DnsAnswer>;

const FAMILY: Readonly<Record<DnsFamily, { readonly family: 0 | 4 | 6; readonly order: 'ipv4first' | 'ipv6first' }>> = {
  auto: { family: 0, order: 'ipv6first' },
  'v4-only': { family: 4, order: 'ipv4first' },
  'v6-only': { family: 6, order: 'ipv6first' },
  'v4-preferred': { family: 0, order: 'ipv4first' },
  all: { family: 0, order: 'ipv4first' },
};

/** The system's resolver, hosts file included. It does not tell times to live, so DNS is asked for them beside it. */
export const systemResolver: ResolveName = async (host, kind, withTtl) => {
  const dns = process.getBuiltinModule('node:dns/promises');
  const { family, order } = FAMILY[kind];
  const [found, ttlS] = await Promise.all([
    dns.lookup(host, { all: true, family, order }),
    withTtl ? timeToLive(host) : undefined,
  ]);
  return { addresses: wanted(found, kind), ttlS };
};

/** `auto` and `v4-preferred` fall back to the other family only if theirs has nothing (cluster.proto, DnsLookupFamily). */
function wanted(
  found: readonly { readonly address: string; readonly family: number }[],
  kind: DnsFamily,
): readonly string[] {
  const first = kind === 'auto' ? 6 : kind === 'v4-preferred' ? 4 : undefined;
  const preferred = found.filter(({ family }) => family === first);
  return (preferred.length > 0 ? preferred : found).map(({ address }) => address);
}

/** The shortest of all records; undefined when DNS knows none, as for names of a hosts file. */
async function timeToLive(host: string): Promise<number | undefined> {
  const dns = process.getBuiltinModule('node:dns/promises');
  const answers = await Promise.allSettled([dns.resolve4(host, { ttl: true }), dns.resolve6(host, { ttl: true })]);
  const ttls = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.map(({ ttl }) => ttl) : []));
  return ttls.length === 0 ? undefined : Math.min(...ttls);
}
