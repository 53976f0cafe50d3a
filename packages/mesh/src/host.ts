/**
 * Host names as Istio compares them (pkg/config/host): a leading `*` stands for any beginning.
 */
export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether some concrete host matches both. */
export function overlaps(a: string, b: string): boolean {
  const wildA = isWildcard(a);
  const wildB = isWildcard(b);
  if (wildA && wildB) return a.length < b.length ? b.endsWith(a.slice(1)) : a.endsWith(b.slice(1));
  if (wildA) return b.endsWith(a.slice(1));
  if (wildB) return a.endsWith(b.slice(1));
  return a === b;
}

/** Whether every host that matches `inner` also matches `outer`. */
export function isSubsetOf(inner: string, outer: string): boolean {
  if (!isWildcard(outer)) return inner === outer;
  if (isWildcard(inner) && inner.length < outer.length) return false;
  return inner.endsWith(outer.slice(1));
}

/** The hosts that both lists cover, the narrower of each pair, in the order met. */
export function intersectHosts(a: readonly string[], b: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const left of a) {
    for (const right of b) {
      if (isSubsetOf(left, right)) found.add(left);
      else if (isSubsetOf(right, left)) found.add(right);
    }
  }
  return [...found];
}

/** A name without dots belongs to the namespace that mentions it; addresses and `*` stay (ResolveShortnameToFQDN). */
export function resolveHost(host: string, namespace: string, domain: string): string {
  if (host === '' || host === '*' || host.includes('.') || host.includes(':')) return host;
  return `${host}.${namespace}.svc.${domain}`;
}

/** `public` → `<ns>/public`; `./public` too; `ns/public` stays; `name.ns.svc…`, the old form, is understood; `mesh` stays. */
export function resolveGatewayName(name: string, namespace: string): string {
  if (name === 'mesh') return name;
  const slash = name.indexOf('/');
  if (slash >= 0) return name.slice(0, slash) === '.' ? `${namespace}/${name.slice(slash + 1)}` : name;
  const [first = '', second] = name.split('.');
  return second === undefined ? `${namespace}/${name}` : `${second}/${first}`;
}

/** Finds the most specific of many host patterns, in time independent of their number. */
export class HostIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #suffixes = new Map<string, T>();
  #lengths: number[] | undefined;

  /** The value kept for exactly this pattern. */
  get(pattern: string): T | undefined {
    return isWildcard(pattern) ? this.#suffixes.get(pattern.slice(1)) : this.#exact.get(pattern);
  }

  set(pattern: string, value: T): void {
    if (!isWildcard(pattern)) {
      this.#exact.set(pattern, value);
      return;
    }
    this.#suffixes.set(pattern.slice(1), value);
    this.#lengths = undefined;
  }

  /** The exact pattern, else the longest wildcard that covers the host; the host may be a wildcard itself. */
  find(host: string): T | undefined {
    const wild = isWildcard(host);
    if (!wild) {
      const exact = this.#exact.get(host);
      if (exact !== undefined) return exact;
    }
    const text = wild ? host.slice(1) : host;
    for (const length of this.#suffixLengths()) {
      if (length > text.length) continue;
      const found = this.#suffixes.get(text.slice(text.length - length));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #suffixLengths(): readonly number[] {
    this.#lengths ??= [...new Set([...this.#suffixes.keys()].map((suffix) => suffix.length))].sort((a, b) => b - a);
    return this.#lengths;
  }
}
