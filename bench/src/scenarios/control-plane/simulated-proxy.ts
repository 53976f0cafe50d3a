/** One proxy: a delta ADS stream of its own, subscribing as Envoy does and acknowledging everything. */
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { Frames, field, frame, walk } from './wire.ts';

const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const TYPE = 'type.googleapis.com/envoy.config.';
export const CDS: string = `${TYPE}cluster.v3.Cluster`;
export const EDS: string = `${TYPE}endpoint.v3.ClusterLoadAssignment`;
export const LDS: string = `${TYPE}listener.v3.Listener`;
export const RDS: string = `${TYPE}route.v3.RouteConfiguration`;
const TYPES = [CDS, EDS, LDS, RDS];

/** What proxies of one namespace hold alike: type → name → version. Kept once for all of them, or the simulator would be the big one. */
export type Held = Map<string, Map<string, string>>;

export interface ProxyOwner {
  /** Everything it starts with was answered. */
  ready(): void;
  received(typeUrl: string, message: Buffer): void;
}

export class SimulatedProxy {
  readonly #node: Buffer;
  readonly #held: Held;
  readonly #routes: readonly string[];
  readonly #owner: ProxyOwner;
  readonly #answered = new Set<string>();
  #stream: ClientHttp2Stream | undefined;
  #warm = false;

  /** `node` is the encoded Node. `held` is shared by the proxies that see the same. */
  constructor(node: Buffer, held: Held, routes: readonly string[], owner: ProxyOwner) {
    this.#node = node;
    this.#held = held;
    this.#routes = routes;
    this.#owner = owner;
  }

  connect(session: ClientHttp2Session): void {
    const warm = this.#answered.size > 0;
    this.#warm = warm;
    this.#answered.clear();
    if (warm) for (const type of [EDS, RDS]) this.#answered.add(type);
    const stream = session.request(
      { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers' },
      { endStream: false },
    );
    this.#stream = stream;
    stream.on('error', () => undefined);
    const frames = new Frames();
    stream.on('data', (chunk: Buffer) => frames.push(chunk, (message) => this.#receive(message)));
    const node = field(1, this.#node);
    for (const type of [CDS, LDS]) stream.write(frame(node, field(2, type), ...(warm ? this.#versions(type) : [])));
    if (!warm) return;
    // What it holds, it asks for at once: a reconnecting Envoy keeps its subscriptions.
    for (const type of [EDS, RDS]) stream.write(frame(field(2, type), this.#names(type), ...this.#versions(type)));
  }

  #receive(message: Buffer): void {
    let typeUrl = '';
    let nonce = '';
    walk(message, 0, message.length, (number, start, end) => {
      if (number === 4) typeUrl = message.toString('latin1', start, end);
      if (number === 5) nonce = message.toString('latin1', start, end);
    });
    this.#note(typeUrl, message);
    this.#stream?.write(frame(field(2, typeUrl), field(6, nonce)));
    this.#owner.received(typeUrl, message);
    if (this.#answered.has(typeUrl)) return;
    this.#answered.add(typeUrl);
    const follows = typeUrl === CDS ? EDS : typeUrl === LDS ? RDS : undefined;
    if (follows !== undefined && !this.#answered.has(follows)) {
      this.#stream?.write(frame(field(2, follows), this.#names(follows)));
    }
    // What a reconnecting proxy holds already is not answered; its listeners always are.
    if (this.#warm ? typeUrl === LDS : this.#answered.size === TYPES.length) this.#owner.ready();
  }

  /** Remembers names and versions (DeltaDiscoveryResponse.resources: name = 3, version = 1), once for each version. */
  #note(typeUrl: string, message: Buffer): void {
    const held = this.#heldOf(typeUrl);
    // The first proxy of a namespace reads the whole list; the others receive the same.
    if (held.size > 50 && message.length > 100_000) return;
    walk(message, 0, message.length, (number, from, to) => {
      if (number !== 2) return;
      let name = '';
      let version = '';
      walk(message, from, to, (inner, start, end) => {
        if (inner === 3) name = message.toString('latin1', start, end);
        if (inner === 1) version = message.toString('latin1', start, end);
      });
      held.set(name, version);
    });
  }

  #heldOf(typeUrl: string): Map<string, string> {
    const held = this.#held.get(typeUrl) ?? new Map<string, string>();
    this.#held.set(typeUrl, held);
    return held;
  }

  #names(typeUrl: string): Buffer {
    if (typeUrl === RDS) return Buffer.concat(this.#routes.map((name) => field(3, name)));
    const clusters = [...this.#heldOf(CDS).keys()].filter((name) => name.startsWith('outbound|'));
    return Buffer.concat(clusters.map((name) => field(3, name)));
  }

  /** initial_resource_versions (5), a map<string, string>. Listeners differ between proxies and are fetched again. */
  #versions(typeUrl: string): readonly Buffer[] {
    if (typeUrl === LDS) return [];
    return [...this.#heldOf(typeUrl)].map(([name, version]) =>
      field(5, Buffer.concat([field(1, name), field(2, version)])),
    );
  }
}
