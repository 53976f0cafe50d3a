import type { Clock } from '@weft/base';
import type { AdsServer } from '@weft/xds';
import type { LiveReport } from './control-plane.ts';
import type { Events } from './events.ts';
import { generationOf } from './pipeline/pipeline.ts';
import type { Store } from './store/store.ts';

/** How long a push is followed for the `live` event. */
const FOLLOW_MS = 60_000;

export interface WaitOptions {
  readonly revision?: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Answers when a revision is on every proxy, and tells it as an event. */
export class Liveness {
  readonly #store: Store;
  readonly #events: Events;
  readonly #clock: Clock;
  #ads: AdsServer | undefined;
  #newest = -1;

  constructor(store: Store, events: Events, clock: Clock) {
    this.#store = store;
    this.#events = events;
    this.#clock = clock;
  }

  /** The pipeline has to exist before the server that asks it for configuration. */
  attach(ads: AdsServer): void {
    this.#ads = ads;
  }

  get proxies(): number {
    return this.#ads?.connected ?? 0;
  }

  async whenLive({ revision = this.#store.version, ...rest }: WaitOptions): Promise<LiveReport> {
    if (this.#ads === undefined) throw new Error('the xDS server is not started yet');
    const { settled, waiting, rejected } = await this.#ads.whenSettled(generationOf(revision), rest);
    return { revision, live: waiting.length === 0 && rejected.length === 0, settled, waiting, rejected };
  }

  /** Emits `live` once `revision` is everywhere, unless a newer one is on its way by then. `since`: monotonic time of its first change. */
  async follow(revision: number, since: number): Promise<void> {
    this.#newest = revision;
    // Before the server listens there is nobody to follow.
    if (this.#ads === undefined) return;
    const { waiting, settled, rejected } = await this.whenLive({ revision, timeoutMs: FOLLOW_MS });
    if (waiting.length > 0 || this.#newest !== revision) return;
    const proxies = settled.length + rejected.length;
    if (proxies === 0) return;
    this.#events.emit({ type: 'live', revision, proxies, rejected, afterMs: this.#clock.monotonic() - since });
  }
}
