/** How specific a domain is (VirtualHost.domains): a lower rank wins; within a rank the longer text. */
export const DOMAIN_RANKS = ['exact', 'suffix', 'prefix', 'any'] as const;
export type DomainRank = (typeof DOMAIN_RANKS)[number];

export function domainRank(domain: string): DomainRank {
  if (domain === '*') return 'any';
  if (domain.startsWith('*')) return 'suffix';
  return domain.endsWith('*') ? 'prefix' : 'exact';
}

/** Whether `domain` claims `host`, both lower-case. A wildcard stands for at least one character. */
export function domainMatches(domain: string, host: string): boolean {
  switch (domainRank(domain)) {
    case 'any':
      return true;
    case 'suffix':
      return host.length >= domain.length && host.endsWith(domain.slice(1));
    case 'prefix':
      return host.length >= domain.length && host.startsWith(domain.slice(0, -1));
    case 'exact':
      return host === domain;
  }
}

/**
 * Finds what claims a host name: exact → longest `*.suffix` → longest `prefix.*` → `*`, whatever their number: one lookup for the exact
 * name, then one per distinct wildcard length.
 */
export class HostIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #suffix = new Map<string, T>();
  readonly #prefix = new Map<string, T>();
  #suffixLengths: number[] = [];
  #prefixLengths: number[] = [];
  #any: T | undefined;

  /** False when `domain` (in any case) is taken already. */
  add(domain: string, value: T): boolean {
    const key = domain.toLowerCase();
    switch (domainRank(key)) {
      case 'any':
        if (this.#any !== undefined) return false;
        this.#any = value;
        return true;
      case 'exact':
        return put(this.#exact, key, value);
      case 'suffix':
        this.#suffixLengths = withLength(this.#suffixLengths, key.length - 1);
        return put(this.#suffix, key.slice(1), value);
      case 'prefix':
        this.#prefixLengths = withLength(this.#prefixLengths, key.length - 1);
        return put(this.#prefix, key.slice(0, -1), value);
    }
  }

  /** @hot `host` in any case, without a port if ports are not to count. */
  find(host: string): T | undefined {
    // A map hashes what it is asked for even when it holds nothing.
    if (this.#exact.size > 0) {
      // Nearly every client sends lower case; the second look is for the others.
      const direct = this.#exact.get(host);
      if (direct !== undefined) return direct;
    } else if (this.#suffixLengths.length === 0 && this.#prefixLengths.length === 0) return this.#any;
    const name = host.toLowerCase();
    return (name === host ? undefined : this.#exact.get(name)) ?? this.#wildcard(name) ?? this.#any;
  }

  #wildcard(name: string): T | undefined {
    for (const length of this.#suffixLengths) {
      if (length >= name.length) continue;
      const hit = this.#suffix.get(name.slice(name.length - length));
      if (hit !== undefined) return hit;
    }
    for (const length of this.#prefixLengths) {
      if (length >= name.length) continue;
      const hit = this.#prefix.get(name.slice(0, length));
      if (hit !== undefined) return hit;
    }
    return undefined;
  }
}

function put<T>(map: Map<string, T>, key: string, value: T): boolean {
  if (map.has(key)) return false;
  map.set(key, value);
  return true;
}

function withLength(lengths: readonly number[], length: number): number[] {
  return lengths.includes(length) ? [...lengths] : [...lengths, length].sort((a, b) => b - a);
}

/** @hot `host` without its `:port`; an IPv6 literal keeps its brackets. */
export function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  if (colon < 0) return host;
  // `[::1]` has colons of its own; a bare `::1` is not a legal authority and is left alone.
  if (host.charCodeAt(0) === 91) return host.charCodeAt(colon - 1) === 93 ? host.slice(0, colon) : host;
  return host.indexOf(':') === colon ? host.slice(0, colon) : host;
}
