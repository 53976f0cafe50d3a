/**
 * Endpoints of a DNS cluster: names are resolved again and again, the last good answer stays in force while DNS fails.
 * STRICT_DNS uses every address of every name, LOGICAL_DNS one address of its one name (cluster.proto, DiscoveryType).
 */
import type { Clock, Logger, Timer } from '@weft/base';
import type { Discovery, EndpointSet, EndpointSpec } from '@weft/engine';
import { type ResolveName, systemResolver } from './dns-resolver.ts';

export type DnsDiscovery = Extract<Discovery, { kind: 'strict-dns' | 'logical-dns' }>;
export class DnsEndpoints {
  readonly #discovery: DnsDiscovery;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onChange: (set: EndpointSet) => void;
  #timer: Timer | undefined = undefined;
  #stopped = false;
  #failures = 0;
  #last = '';
  /** The shortest time to live of the answers under way; Infinity when none had one. */
  #ttlS = Number.POSITIVE_INFINITY;
  readonly #name: ResolveName;

  constructor(
    discovery: DnsDiscovery,
    clock: Clock,
    logger: Logger,
    onChange: (set: EndpointSet) => void,
    name: ResolveName = systemResolver,
  ) {
    this.#name = name;
    this.#discovery = discovery;
    this.#clock = clock;
    this.#logger = logger;
    this.#onChange = onChange;
  }

  start(): void {
    void this.#refresh();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #refresh(): Promise<void> {
    const { dns } = this.#discovery;
    let failed = false;
    this.#ttlS = Number.POSITIVE_INFINITY;
    const localities = await Promise.all(
      this.#discovery.endpoints.localities.map(async (locality) => {
        const resolved = await Promise.all(locality.endpoints.map((endpoint) => this.#resolve(endpoint)));
        if (resolved.includes(undefined)) failed = true;
        return { ...locality, endpoints: resolved.flatMap((list) => list ?? []) };
      }),
    );
    if (this.#stopped) return;
    const set = { ...this.#discovery.endpoints, localities };
    const fingerprint = JSON.stringify(
      localities.map((locality) => locality.endpoints.map((endpoint) => endpoint.address)),
    );
    // A failure keeps what is known; the first answer is given even if it is empty, so that the cluster need not warm for ever.
    if (fingerprint !== this.#last && (!failed || this.#last === '')) {
      this.#last = fingerprint;
      this.#onChange(set);
    }
    this.#failures = failed ? this.#failures + 1 : 0;
    const backOff = Math.min(dns.failureRefreshMs * 2 ** Math.max(this.#failures - 1, 0), dns.failureRefreshMaxMs);
    // A time to live of 0 says nothing about when to ask again (cluster.proto, respect_dns_ttl).
    const refreshMs = this.#ttlS > 0 && this.#ttlS !== Number.POSITIVE_INFINITY ? this.#ttlS * 1000 : dns.refreshMs;
    this.#timer = this.#clock.after(failed ? backOff : refreshMs, () => void this.#refresh());
  }

  /** Undefined when the name does not resolve. */
  async #resolve(endpoint: EndpointSpec): Promise<readonly EndpointSpec[] | undefined> {
    const { address } = endpoint;
    if (address.kind !== 'name') return [endpoint];
    const { dns } = this.#discovery;
    try {
      const answer = await this.#name(address.host, dns.family, dns.respectTtl);
      if (answer.ttlS !== undefined) this.#ttlS = Math.min(this.#ttlS, answer.ttlS);
      const used = this.#discovery.kind === 'logical-dns' ? answer.addresses.slice(0, 1) : answer.addresses;
      return used.map((host) => ({
        ...endpoint,
        hostname: endpoint.hostname === '' ? address.host : endpoint.hostname,
        address: { kind: 'ip', host, port: address.port },
      }));
    } catch (error) {
      this.#logger.warn('a name of the cluster does not resolve', { host: address.host, cause: String(error) });
      return undefined;
    }
  }
}
