import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { Timer } from '@weft/base';
import { printErrorDetail } from '../error-detail.ts';
import { forEachKind, KINDS_IN_ORDER, kindOfTypeUrl, type ResourceKind } from '../kinds.ts';
import type { AdsClient, AdsClientOptions, KindUpdate, Rejection, XdsUpdate } from './ads-client.ts';
import { decodeResources } from './decode-update.ts';
import { DELTA, type Dialect, SOTW, type WireUpdate } from './dialect.ts';
import type { GrpcCall } from './grpc-call.ts';
import { Interest } from './interest.ts';

const BACKOFF = { initialMs: 250, maxMs: 10_000 };

/** Connects to an ADS server and stays connected until closed. Subscriptions may be made before and after. */
export function connectAds(options: AdsClientOptions): AdsClient {
  return options.mode === 'sotw' ? new Connection(options, SOTW) : new Connection(options, DELTA);
}

class Connection<Req extends DescMessage, Res extends DescMessage> implements AdsClient {
  readonly #options: AdsClientOptions;
  readonly #dialect: Dialect<Req, Res>;
  readonly #interests: Readonly<Record<ResourceKind, Interest>> = forEachKind((kind) => new Interest(kind));
  #call: GrpcCall | undefined;
  #retry: Timer | undefined;
  #attempt = 0;
  #connected = false;
  #closed = false;
  #flushQueued = false;
  #nodeSent = false;
  /** The kind whose update is being taken; what arrives meanwhile waits in `#waiting`. */
  #taking: Interest | undefined;
  #waiting: WireUpdate[] = [];
  #health: { readonly problem: string | undefined; told: boolean } | undefined;

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

  reportHealth(problem: string | undefined): void {
    this.#health = { problem, told: false };
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
    const { open, headers } = this.#options;
    const call = open(this.#dialect.path, headers?.() ?? {}, {
      onMessage: (message) => {
        if (this.#call === call) this.#message(message);
      },
      onEnd: (reason) => {
        if (this.#call === call) this.#lost(reason);
      },
    });
    this.#call = call;
    this.#nodeSent = false;
    if (this.#health !== undefined) this.#health.told = false;
    for (const kind of KINDS_IN_ORDER) this.#interests[kind].startStream();
    this.#flush();
  }

  #message(bytes: Uint8Array): void {
    let update: WireUpdate;
    try {
      update = this.#dialect.read(fromBinary(this.#dialect.response, bytes));
    } catch (error) {
      this.#lost(`the server sent a response that cannot be decoded: ${String(error)}`);
      return;
    }
    if (this.#taking === undefined) this.#receive(update);
    else this.#waiting.push(update);
  }

  #write(call: GrpcCall, request: MessageShape<Req>): void {
    call.write(toBinary(this.#dialect.request, request));
  }

  #drop(): void {
    const call = this.#call;
    this.#call = undefined;
    this.#connected = false;
    this.#waiting = [];
    call?.cancel();
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
    if (this.#flushQueued || this.#call === undefined) return;
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
    const call = this.#call;
    if (call === undefined) return;
    for (const kind of KINDS_IN_ORDER) {
      const interest = this.#interests[kind];
      if (!interest.announced) {
        if (!interest.wanted) continue;
        interest.announced = true;
        interest.takeEdit();
        this.#write(call, this.#dialect.first(interest, this.#nodeSent ? undefined : this.#options.node));
        this.#nodeSent = true;
      } else if (interest.edited && interest !== answering && interest !== this.#taking) {
        this.#write(call, this.#dialect.edit(interest));
      }
    }
    // A stream begins with who we are.
    if (this.#health === undefined || this.#health.told || !this.#nodeSent) return;
    this.#health.told = true;
    this.#write(call, this.#dialect.health(this.#health.problem));
  }

  #receive(wire: WireUpdate): void {
    const kind = kindOfTypeUrl(wire.typeUrl);
    if (kind === undefined || !this.#interests[kind].announced) {
      this.#options.logger.warn('the xDS server sent a type nobody asked for', { typeUrl: wire.typeUrl });
      return;
    }
    this.#attempt = 0;
    this.#take(kind, this.#interests[kind], wire);
  }

  #take(kind: ResourceKind, interest: Interest, wire: WireUpdate): void {
    interest.nonce = wire.nonce;
    const decoded = decodeResources(kind, wire.version, wire.resources);
    const { resources } = decoded;
    const present = new Set([...resources, ...decoded.rejections].map(({ name }) => name));
    const removed = wire.removed(interest, present);
    // `kind` and the messages belong together: both come from one row of RESOURCE_KINDS.
    const update = { kind, version: wire.version, resources, removed } satisfies KindUpdate<ResourceKind> as XdsUpdate;
    const call = this.#call;
    const finish = (refused: readonly Rejection[]): void => {
      interest.rejections = [...decoded.rejections, ...refused];
      this.#noteHeld(interest, update);
      interest.answered = true;
      if (interest.rejections.length === 0) interest.acceptedVersion = wire.version;
      // A stream that came meanwhile knows nothing of this response; the handler may also have closed the client.
      if (call !== undefined && call === this.#call) this.#answer(call, kind, interest);
    };
    const refused = this.#ask(update);
    if (!(refused instanceof Promise)) {
      finish(refused);
      return;
    }
    this.#taking = interest;
    void refused
      .catch((error: unknown) => this.#failed(update, error))
      .then((rejections) => {
        this.#taking = undefined;
        finish(rejections);
        this.#flush();
        while (this.#taking === undefined && this.#waiting.length > 0) this.#receive(this.#waiting.shift()!);
      });
  }

  #noteHeld(interest: Interest, update: XdsUpdate): void {
    const bad = new Set(interest.rejections.map(({ name }) => name));
    for (const { name, version } of update.resources) if (!bad.has(name)) interest.held.set(name, version);
    for (const name of update.removed) if (!bad.has(name)) interest.held.delete(name);
  }

  #answer(call: GrpcCall, kind: ResourceKind, interest: Interest): void {
    this.#flush(interest);
    const { rejections } = interest;
    const error = rejections.length === 0 ? undefined : printErrorDetail(kind, rejections);
    this.#write(call, this.#dialect.answer(interest, error));
    if (this.#connected) return;
    this.#connected = true;
    this.#options.handler.connected?.();
  }

  /** A handler that throws has a bug; refusing the response keeps the last good configuration and shows the error at the server. */
  #ask(update: XdsUpdate): ReturnType<AdsClientOptions['handler']['update']> {
    try {
      return this.#options.handler.update(update);
    } catch (error) {
      return this.#failed(update, error);
    }
  }

  #failed(update: XdsUpdate, error: unknown): readonly Rejection[] {
    this.#options.logger.error('taking an xDS update failed', {
      kind: update.kind,
      error: error instanceof Error ? error.stack : String(error),
    });
    return update.resources.map(({ name }) => ({ name, at: '', message: `internal error: ${String(error)}` }));
  }
}
