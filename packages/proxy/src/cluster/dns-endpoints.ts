/**
 * Endpoints of a DNS cluster: names are resolved again and again, the last good answer stays in force while DNS fails.
 * STRICT_DNS uses every address of every name, LOGICAL_DNS one address of its one name (cluster.proto, DiscoveryType).
 */
import type { Clock, Logger, Timer } from '@weft/base';
import type { Discovery, EndpointSet, EndpointSpec } from '@weft/engine';

export type DnsDiscovery = Extract<Discovery, { kind: 'strict-dns' | 'logical-dns' }>;
type Family = DnsDiscovery['dns']['family'];

const FAMILY: Readonly<Record<Family, { readonly family: 0 | 4 | 6; readonly order: 'ipv4first' | 'ipv6first' }>> = {
  auto: { family: 0, order: 'ipv6first' },
  'v4-only': { family: 4, order: 'ipv4first' },
  'v6-only': { family: 6, order: 'ipv6first' },
  'v4-preferred': { family: 0, order: 'ipv4first' },
  all: { family: 0, order: 'ipv4first' },
};

export class DnsEndpoints {
  readonly #discovery: DnsDiscovery;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onChange: (set: EndpointSet) => void;
  #timer: Timer | undefined = undefined;
  #stopped = false;
  #failures = 0;
  #last = '';

  constructor(discovery: DnsDiscovery, clock: Clock, logger: Logger, onChange: (set: EndpointSet) => void) {
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
    this.#timer = this.#clock.after(failed ? backOff : dns.refreshMs, () => void this.#refresh());
  }

  /** Undefined when the name does not resolve. */
  async #resolve(endpoint: EndpointSpec): Promise<readonly EndpointSpec[] | undefined> {
    const { address } = endpoint;
    if (address.kind !== 'name') return [endpoint];
    const { family, order } = FAMILY[this.#discovery.dns.family];
    try {
      const answers = await process
        .getBuiltinModule('node:dns/promises')
        .lookup(address.host, { all: true, family, order });
      const used = this.#discovery.kind === 'logical-dns' ? answers.slice(0, 1) : answers;
      return used.map((answer) => ({
        ...endpoint,
        hostname: endpoint.hostname === '' ? address.host : endpoint.hostname,
        address: { kind: 'ip', host: answer.address, port: address.port },
      }));
    } catch (error) {
      this.#logger.warn('a name of the cluster does not resolve', { host: address.host, cause: String(error) });
      return undefined;
    }
  }
}
