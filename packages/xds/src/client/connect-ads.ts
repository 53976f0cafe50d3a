import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import type { Timer } from '@weft/base';
import { printErrorDetail } from '../error-detail.ts';
import { forEachKind, KINDS_IN_ORDER, kindOfTypeUrl, type ResourceKind } from '../kinds.ts';
import type { AdsClient, AdsClientOptions, AdsClientTls, KindUpdate, Rejection, XdsUpdate } from './ads-client.ts';
import { decodeResources } from './decode-update.ts';
import { DELTA, type Dialect, SOTW, type WireUpdate } from './dialect.ts';
import { Interest } from './interest.ts';

const BACKOFF = { initialMs: 250, maxMs: 10_000 };
const KEEPALIVE: ChannelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': -1,
  // HTTP_PROXY of a sidecar's environment names the sidecar itself.
  'grpc.enable_http_proxy': 0,
  // A connection of its own: retrying is this client's business, not that of a shared channel.
  'grpc.use_local_subchannel_pool': 1,
};

/** Connects to an ADS server and stays connected until closed. Subscriptions may be made before and after. */
export function connectAds(options: AdsClientOptions): AdsClient {
  return options.mode === 'sotw' ? new Connection(options, SOTW) : new Connection(options, DELTA);
}

class Connection<Req, Res> implements AdsClient {
  readonly #options: AdsClientOptions;
  readonly #dialect: Dialect<Req, Res>;
  readonly #interests: Readonly<Record<ResourceKind, Interest>> = forEachKind((kind) => new Interest(kind));
  #client: Client | undefined;
  #stream: ClientDuplexStream<Req, Res> | undefined;
  #retry: Timer | undefined;
  #attempt = 0;
  #connected = false;
  #closed = false;
  #flushQueued = false;
  #nodeSent = false;

  constructor(options: AdsClientOptions, dialect: Dialect<Req, Res>) {
    this.#options = options;
    this.#dialect = dialect;
    this.#open();
  }

  get connected(): boolean {
    return this.#connected;
  }

  subscribe(kind: ResourceKind, names: readonly string[] | '*'): void {
    this.#interests[kind].subscribe(names);
    this.#queueFlush();
  }

  unsubscribe(kind: ResourceKind, names: readonly string[] | '*'): void {
    this.#interests[kind].unsubscribe(names);
    this.#queueFlush();
  }

  status(): ReturnType<AdsClient['status']> {
    return forEachKind((kind) => {
      const { answered, acceptedVersion, held, rejections } = this.#interests[kind];
      return { answered, acceptedVersion, resources: held.size, rejections };
    });
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#drop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): void {
    const { target, tls, headers } = this.#options;
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers?.() ?? {})) metadata.set(name, value);
    const client = new Client(target, credentialsOf(tls), { ...KEEPALIVE, ...serverNameOf(tls) });
    const { path, requestSerialize, responseDeserialize } = this.#dialect.method;
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
    this.#client = client;
    this.#stream = stream;
    this.#nodeSent = false;
    for (const kind of KINDS_IN_ORDER) this.#interests[kind].startStream();
    stream.on('data', (response: Res) => {
      if (this.#stream === stream) this.#receive(this.#dialect.read(response));
    });
    // grpc-js reports every end as a status; errors repeat it.
    stream.on('error', () => undefined);
    stream.on('status', (status: StatusObject) => {
      if (this.#stream === stream) this.#lost(status.details === '' ? `the server ended the stream` : status.details);
    });
    this.#flush();
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#connected = false;
    stream?.cancel();
    this.#client?.close();
    this.#client = undefined;
  }

  #lost(reason: string): void {
    this.#drop();
    if (this.#closed) return;
    const { initialMs, maxMs } = { ...BACKOFF, ...this.#options.backoff };
    const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(this.#attempt++, 20));
    // Full jitter, so that proxies that lost a server together do not come back together.
    const retryInMs = 1 + this.#options.random.below(Math.max(1, Math.floor(ceiling)));
    this.#options.logger.info('the xDS stream ended; keeping the last configuration', { reason, retryInMs });
    this.#retry = this.#options.clock.after(retryInMs, () => this.#open());
    this.#options.handler.disconnected?.(reason, retryInMs);
  }

  #queueFlush(): void {
    if (this.#flushQueued || this.#stream === undefined) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      this.#flush();
    });
  }

  /**
   * Tells the server what changed. Requests need no back-pressure: there is one for a change of ours and one for a
   * response. What the answer to a response is about travels with that answer.
   */
  #flush(answering?: Interest): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    for (const kind of KINDS_IN_ORDER) {
      const interest = this.#interests[kind];
      if (!interest.announced) {
        if (!interest.wanted) continue;
        interest.announced = true;
        interest.takeEdit();
        stream.write(this.#dialect.first(interest, this.#nodeSent ? undefined : this.#options.node));
        this.#nodeSent = true;
      } else if (interest.edited && interest !== answering) {
        stream.write(this.#dialect.edit(interest));
      }
    }
  }

  #receive(wire: WireUpdate): void {
    const kind = kindOfTypeUrl(wire.typeUrl);
    if (kind === undefined || !this.#interests[kind].announced) {
      this.#options.logger.warn('the xDS server sent a type nobody asked for', { typeUrl: wire.typeUrl });
      return;
    }
    const interest = this.#interests[kind];
    interest.nonce = wire.nonce;
    this.#attempt = 0;
    const rejections = this.#take(kind, interest, wire);
    interest.rejections = rejections;
    interest.answered = true;
    if (rejections.length === 0) interest.acceptedVersion = wire.version;
    const stream = this.#stream;
    // The handler may have closed the client.
    if (stream === undefined) return;
    this.#flush(interest);
    const error = rejections.length === 0 ? undefined : printErrorDetail(kind, rejections);
    stream.write(this.#dialect.answer(interest, error));
    if (this.#connected) return;
    this.#connected = true;
    this.#options.handler.connected?.();
  }

  #take(kind: ResourceKind, interest: Interest, wire: WireUpdate): readonly Rejection[] {
    const { resources, rejections } = decodeResources(kind, wire.version, wire.resources);
    const present = new Set([...resources, ...rejections].map(({ name }) => name));
    const removed = wire.removed(interest, present);
    // `kind` and the messages belong together: both come from one row of RESOURCE_KINDS.
    const update = { kind, version: wire.version, resources, removed } satisfies KindUpdate<ResourceKind> as XdsUpdate;
    const refused = this.#ask(update);
    const all = [...rejections, ...refused];
    const bad = new Set(all.map(({ name }) => name));
    for (const { name, version } of resources) if (!bad.has(name)) interest.held.set(name, version);
    for (const name of removed) if (!bad.has(name)) interest.held.delete(name);
    return all;
  }

  /** A handler that throws has a bug; refusing the response keeps the last good configuration and shows the error at the server. */
  #ask(update: XdsUpdate): readonly Rejection[] {
    try {
      return this.#options.handler.update(update);
    } catch (error) {
      this.#options.logger.error('taking an xDS update failed', {
        kind: update.kind,
        error: error instanceof Error ? error.stack : String(error),
      });
      return update.resources.map(({ name }) => ({ name, at: '', message: `internal error: ${String(error)}` }));
    }
  }
}

function credentialsOf(tls: AdsClientTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
}

function serverNameOf(tls: AdsClientTls | undefined): ChannelOptions {
  return tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName };
}
