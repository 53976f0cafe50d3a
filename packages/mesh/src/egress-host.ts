import { HostIndex, overlaps } from './host.ts';

interface Imports {
  readonly hosts: string[];
  readonly index: HostIndex<true>;
  readonly excluded: string[];
}

/**
 * The `hosts` of a Sidecar's egress listener: `namespace/dnsName`, where namespace is `.`, `*`, `~` (nothing) or a name, and
 * a leading `~` before another namespace excludes what would match (networking/v1alpha3/sidecar.proto).
 */
export class EgressHosts {
  readonly #byNamespace = new Map<string, Imports>();

  constructor(hosts: readonly string[], ownNamespace: string) {
    for (const host of hosts) {
      const slash = host.indexOf('/');
      if (slash < 0) continue;
      const said = host.slice(0, slash);
      const excluding = said.startsWith('~');
      const bare = excluding ? said.slice(1) : said;
      if (excluding && bare === '') {
        // `~/*` is "no host": it selects nothing, and as an exclusion it leaves nothing.
        this.#of('*').excluded.push(host.slice(slash + 1));
        continue;
      }
      const entry = this.#of(bare === '.' ? ownNamespace : bare);
      const name = host.slice(slash + 1);
      if (excluding) entry.excluded.push(name);
      else {
        entry.hosts.push(name);
        entry.index.set(name, true);
      }
    }
  }

  /** A service of `namespace` is imported: an import names it, none excludes it. */
  importsService(namespace: string, hostname: string): boolean {
    if (this.#excludes(namespace, hostname)) return false;
    return this.#entries(namespace).some((entry) => entry.index.find(hostname) === true);
  }

  /** A VirtualService host is imported when it overlaps with an import. */
  importsHost(namespace: string, host: string): boolean {
    if (this.#excludes(namespace, host)) return false;
    return this.#entries(namespace).some((entry) => entry.hosts.some((each) => overlaps(each, host)));
  }

  #excludes(namespace: string, host: string): boolean {
    return this.#entries(namespace).some((entry) =>
      entry.excluded.some(
        (each) => each === '*' || each === host || (each.startsWith('*') && host.endsWith(each.slice(1))),
      ),
    );
  }

  #entries(namespace: string): readonly Imports[] {
    return [this.#byNamespace.get(namespace), this.#byNamespace.get('*')].filter((entry) => entry !== undefined);
  }

  #of(namespace: string): Imports {
    const known = this.#byNamespace.get(namespace);
    if (known !== undefined) return known;
    const entry = { hosts: [], index: new HostIndex<true>(), excluded: [] };
    this.#byNamespace.set(namespace, entry);
    return entry;
  }
}
