import type { Issue } from '@weft/base';
import type { EgressListener, Protocol, Service, ServicePort } from '@weft/mesh';
import { addressesFor, formatRef, isHttp, parseProtocol } from '@weft/mesh';
import { WILDCARD_ADDRESS } from '../names.ts';
import { ask } from '../per-node.ts';
import { type ChainDraft, capturedL4, sameMatch } from './captured-l4.ts';
import { type CapturedListener, type CapturedScope, finishListener } from './captured-listener.ts';
import { CAPTURED_HTTP_ALPN } from './chain-options.ts';
import { outboundHttp } from './outbound-http.ts';

/** What a listener that is being put together speaks: `auto` looks at the first bytes. */
type Kind = 'http' | 'tcp' | 'auto';

interface Entry {
  readonly bind: string;
  readonly number: number;
  readonly bindToPort: boolean;
  readonly egress: EgressListener;
  /** Of the first service that came. */
  readonly protocol: Protocol;
  readonly route: CapturedListener['route'];
  kind: Kind;
  chains: readonly ChainDraft[];
}

interface Offer {
  readonly egress: EgressListener;
  readonly service: Service;
  readonly port: ServicePort;
  /** Undefined: the service's own addresses, or every address. */
  readonly bind: string | undefined;
  readonly bindToPort: boolean;
}

const LOCALHOST = '127.0.0.1';

/** Ports on which every proxy listens by itself; a service cannot have them on every address. */
const OWN_PORTS: ReadonlySet<number> = new Set([15_021, 15_090]);

/**
 * The listeners that captured outbound connections are handed to, by the address and port they wanted (core/listener.go,
 * buildSidecarOutboundListeners): one for each HTTP port, `0.0.0.0_<port>`, and for what is not HTTP one for each address of a service,
 * `<address>_<port>`. An undeclared protocol has both: HTTP is told by its first bytes.
 */
export function capturedOutbound(scope: CapturedScope, issues: Issue[]): readonly CapturedListener[] {
  const listeners = new OutboundEntries(scope, issues);
  for (const egress of scope.proxy.scope.egress) listeners.addEgress(egress);
  return listeners.finish();
}

class OutboundEntries {
  readonly #scope: CapturedScope;
  readonly #issues: Issue[];
  readonly #entries = new Map<string, Entry>();
  /** Those that a Sidecar names a port for: what comes later does not join them. */
  #locked: ReadonlySet<Entry> = new Set();

  constructor(scope: CapturedScope, issues: Issue[]) {
    this.#scope = scope;
    this.#issues = issues;
  }

  finish(): readonly CapturedListener[] {
    const entries = [...this.#entries.values()].sort((a, b) => a.number - b.number || (a.bind < b.bind ? -1 : 1));
    return entries.map((entry) => finishListener(entry, this.#scope));
  }

  addEgress(egress: EgressListener): void {
    const said = egress.listener;
    const bindToPort = said?.captureMode === 'NONE' || said?.bind?.startsWith('unix://') === true;
    const bind = said?.bind || (bindToPort ? LOCALHOST : undefined);
    const number = said?.port?.number;
    if (said?.port !== undefined && number !== undefined) {
      const port = { name: said.port.name ?? '', number, protocol: egressProtocol(said.port.protocol) };
      for (const service of egress.services) this.#add({ egress, service, port, bind, bindToPort });
      return;
    }
    this.#locked = new Set(this.#entries.values());
    for (const service of egress.services) {
      for (const port of service.ports) {
        const offer = { egress, service, port, bind, bindToPort };
        const pods = bind === undefined ? this.#podsOf(service, port) : undefined;
        if (pods === undefined) this.#add(offer);
        else for (const address of pods) this.#add({ ...offer, bind: address });
      }
    }
  }

  /** Without an address of its own, a service that is not HTTP is known by those of its pods; HTTP is known by its host. */
  #podsOf(service: Service, port: ServicePort): readonly string[] | undefined {
    if (service.resolution !== 'passthrough' || service.addresses.length > 0) return undefined;
    if (isHttp(port.protocol) || port.protocol === 'udp') return undefined;
    const endpoints = service.endpoints.filter(({ servicePort }) => servicePort === port.number);
    if (service.registry !== 'Kubernetes' && endpoints.length === 0) return undefined;
    const addresses = new Set(endpoints.map(({ address }) => address));
    // Traffic to oneself does not pass an outbound listener.
    const own = ask(this.#scope.proxy.node, `ip among ${[...addresses].join()}`, ({ ip }) =>
      addresses.has(ip) ? ip : '',
    );
    return [...addresses].filter((address) => address !== own && isIpAddress(address));
  }

  #add(offer: Offer): void {
    const { service, port, bind, bindToPort } = offer;
    if (service.resolution === 'alias' || port.protocol === 'udp') return;
    if (bindToPort && this.#scope.proxy.node.unprivileged && port.number < 1024) return;
    if (isHttp(port.protocol)) {
      this.#addHttp(offer, bind ?? WILDCARD_ADDRESS);
      return;
    }
    const own = addressesFor(service, this.#scope.proxy.node);
    if (bind !== undefined || own.length === 0) {
      this.#addOther(offer, bind ?? WILDCARD_ADDRESS, []);
      return;
    }
    const addresses = own.map(withoutFullMask);
    for (const address of addresses) if (!address.includes('/')) this.#addOther(offer, address, []);
    const blocks = addresses.filter((address) => address.includes('/'));
    if (blocks.length > 0) this.#addOther(offer, WILDCARD_ADDRESS, blocks);
  }

  #addHttp(offer: Offer, bind: string): void {
    const { port, service } = offer;
    if (bind === WILDCARD_ADDRESS && this.#isReserved(port.number)) {
      this.#issues.push(reservedPort(service, port.number));
      return;
    }
    const known = this.#entries.get(keyOf(bind, port));
    if (known !== undefined && (known.kind !== 'tcp' || this.#locked.has(known))) return;
    const route = { name: String(port.number), port: port.number, host: undefined };
    const shared = bind === WILDCARD_ADDRESS;
    const chain = this.#httpChain(offer, bind, route.name, shared);
    if (known === undefined) this.#create(offer, bind, shared ? 'auto' : 'http', [chain], route);
    else if (mayMix(port.protocol, known.protocol)) {
      this.#entries.set(keyOf(bind, port), { ...known, kind: 'auto', route, chains: merged(known.chains, [chain]) });
    }
  }

  #addOther(offer: Offer, bind: string, blocks: readonly string[]): void {
    const { port, service } = offer;
    const known = this.#entries.get(keyOf(bind, port));
    if (known !== undefined && (this.#locked.has(known) || !mayMix(port.protocol, known.protocol))) return;
    const bytes = capturedL4({ ...this.#scope, ...offer, bind, blocks });
    if (port.protocol !== 'auto') {
      if (known === undefined) this.#create(offer, bind, 'tcp', bytes, undefined);
      else {
        known.chains = merged(known.chains, bytes);
        if (known.kind === 'http') known.kind = 'auto';
      }
      return;
    }
    if (known?.kind === 'auto') {
      known.chains = merged(known.chains, bytes);
      return;
    }
    const own = bind !== WILDCARD_ADDRESS;
    const host = own ? service.hostname : undefined;
    const name = own ? `${service.hostname}:${port.number}` : String(port.number);
    const route = { name, port: port.number, host };
    const chains = [...bytes, this.#httpChain(offer, bind, name, true)];
    if (known?.kind === 'tcp') {
      this.#entries.set(keyOf(bind, port), { ...known, kind: 'auto', route, chains: merged(known.chains, chains) });
    } else this.#create(offer, bind, 'auto', chains, route);
  }

  #create(offer: Offer, bind: string, kind: Kind, chains: readonly ChainDraft[], route: Entry['route']): void {
    const { egress, port, bindToPort } = offer;
    const { number, protocol } = port;
    this.#entries.set(keyOf(bind, port), { bind, number, bindToPort, egress, protocol, route, kind, chains });
  }

  #httpChain({ port }: Offer, bind: string, route: string, sniffed: boolean): ChainDraft {
    return {
      serverNames: [],
      destinations: [],
      alpn: sniffed ? CAPTURED_HTTP_ALPN : [],
      transport: sniffed ? 'raw_buffer' : '',
      content: outboundHttp(this.#scope, `${bind}_${port.number}`, route, port.protocol === 'grpc-web'),
    };
  }

  #isReserved(number: number): boolean {
    const { proxyListenPort, proxyInboundListenPort } = this.#scope.snapshot.mesh;
    return OWN_PORTS.has(number) || number === proxyListenPort || number === proxyInboundListenPort;
  }
}

function keyOf(bind: string, port: ServicePort): string {
  return `${bind}_${port.number}`;
}

/** `HTTP_PROXY` is HTTP whose requests name their host in the request line. */
function egressProtocol(said: string | undefined): Protocol {
  return said?.toUpperCase() === 'HTTP_PROXY' ? 'http' : parseProtocol(said ?? '');
}

/** A `/32` or `/128` is an address. */
function withoutFullMask(address: string): string {
  return address.includes(':') ? address.replace(/\/128$/, '') : address.replace(/\/32$/, '');
}

function isIpAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) || text.includes(':');
}

/** Looking at the first bytes would stop these protocols, whose servers speak first (isConflictWithWellKnownPort). */
function mayMix(incoming: Protocol, known: Protocol): boolean {
  const serverFirst = (protocol: Protocol): boolean => protocol === 'mongo' || protocol === 'mysql';
  return incoming === known || !(serverFirst(incoming) || serverFirst(known));
}

/** Of chains with the same match the first stays. */
function merged(known: readonly ChainDraft[], more: readonly ChainDraft[]): readonly ChainDraft[] {
  const all = [...known];
  for (const chain of more) if (!all.some((each) => sameMatch(each, chain))) all.push(chain);
  return all;
}

function reservedPort(service: Service, number: number): Issue {
  return {
    severity: 'warning',
    code: 'reserved-port',
    at: 'spec.ports',
    message: `port ${number} belongs to the proxy itself, so ${service.hostname} cannot be reached there`,
    expected: 'a port that no proxy uses (15001, 15006, 15021 and 15090 are taken)',
    hint: 'give it another port',
    resource: formatRef(service.origin),
    position: service.origin.positionOf('spec.ports'),
  };
}
