/** The names of the mesh as a proxy's clients may write them.   in: NameTable (NDS)   out: addresses (pkg/dns/client/dns.go) */
import { isIP } from 'node:net';
import type { NameTable } from '@weft/xds/gen/istio/networking/nds/v1/nds_pb';

export interface Found {
  readonly v4: readonly Uint8Array[];
  readonly v6: readonly Uint8Array[];
  /** A name of a Kubernetes service. Nobody else has anything to say about it, whatever is asked. */
  readonly isOurs: boolean;
  /** The name that a search domain was put behind. */
  readonly canonical: string | undefined;
}

type Entry = Omit<Found, 'canonical'>;

/** Where a workload is: the namespace, and the DNS domain of services (`svc.cluster.local`). */
export interface NamePlace {
  readonly namespace: string;
  readonly domain: string;
}

export class NameLookup {
  readonly #entries = new Map<string, Entry>();
  /** What resolvers put behind a name that they were given: `.shop.svc.cluster.local`, …, longest first. */
  readonly #suffixes: readonly string[];
  readonly #place: NamePlace;

  constructor(table: NameTable, place: NamePlace) {
    this.#place = place;
    const { namespace, domain } = place;
    const parent = domain.slice(domain.indexOf('.') + 1);
    this.#suffixes = [`.${namespace}.${domain}`, `.${domain}`, `.${parent}`];
    for (const [host, { ips, registry, shortname, namespace: home }] of Object.entries(table.table)) {
      const isOurs = registry === 'Kubernetes';
      const addresses = ips.map(addressBytes).filter((address) => address !== undefined);
      if (addresses.length === 0) continue;
      const entry: Entry = {
        v4: addresses.filter(({ length }) => length === 4),
        v6: addresses.filter(({ length }) => length === 16),
        isOurs,
      };
      const name = host.toLowerCase().replace(/\.$/, '');
      this.#entries.set(name, entry);
      if (isOurs && shortname !== '')
        for (const short of this.#shortForms(name, shortname, home)) this.#addShort(short, entry);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  /** `name` in lower case, without the last dot. Exact names come before wildcards, and both before what a search domain made of a name. */
  find(name: string): Found | undefined {
    const direct = this.#entries.get(name) ?? this.#wildcard(name);
    if (direct !== undefined) return { ...direct, canonical: undefined };
    for (const suffix of this.#suffixes) {
      if (!name.endsWith(suffix)) continue;
      const canonical = name.slice(0, -suffix.length);
      const entry = this.#entries.get(canonical) ?? this.#wildcard(canonical);
      // A single label is the business of the service of that name, which has its own entry.
      if (entry !== undefined && canonical.includes('.')) return { ...entry, canonical };
    }
    return undefined;
  }

  #wildcard(name: string): Entry | undefined {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const entry = this.#entries.get(`*${name.slice(dot)}`);
      if (entry !== undefined) return entry;
    }
    return this.#entries.get('*');
  }

  /** `orders.shop`, `orders.shop.svc`, and `orders` in its own namespace; only in our domain, where names cannot clash. */
  #shortForms(host: string, shortname: string, namespace: string): readonly string[] {
    const { domain } = this.#place;
    if (!host.endsWith(`.${domain}`)) return [];
    const short = shortname.toLowerCase();
    const first = domain.split('.', 1)[0] ?? '';
    const forms = [`${short}.${namespace}`, `${short}.${namespace}.${first}`];
    return namespace === this.#place.namespace ? [short, ...forms] : forms;
  }

  /** A host that is really called so keeps its name. */
  #addShort(name: string, entry: Entry): void {
    if (!this.#entries.has(name)) this.#entries.set(name, entry);
  }
}

/** Network byte order; undefined when it is no address. */
export function addressBytes(text: string): Uint8Array | undefined {
  const family = isIP(text);
  if (family === 4) return Uint8Array.from(text.split('.'), Number);
  if (family !== 6 || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = 16 - before.length - after.length;
  return Uint8Array.from([...before, ...new Array<number>(Math.max(0, gap)).fill(0), ...after]);
}

function groups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
