/**
 * What active health checks found. The first thread checks and publishes, the others read: endpoints are asked once, however many threads
 * send them requests.
 */

/** What became known of an endpoint. */
export interface HealthNews {
  readonly cluster: string;
  /** The endpoint's address. */
  readonly endpoint: string;
  /** Undefined when it is no longer checked. */
  readonly healthy: boolean | undefined;
  /** A check has just passed. */
  readonly passed: boolean;
}

export class HealthBoard {
  /** Whether this thread checks. */
  readonly checks: boolean;
  readonly #send: (news: HealthNews) => void;
  readonly #known = new Map<string, Map<string, boolean>>();
  readonly #watchers = new Map<string, (news: HealthNews) => void>();

  /** `send` carries what this thread publishes to all others. */
  constructor(checks: boolean, send: (news: HealthNews) => void) {
    this.checks = checks;
    this.#send = send;
  }

  publish(news: HealthNews): void {
    this.#send(news);
  }

  /** News of the thread that checks. */
  receive(news: HealthNews): void {
    const { cluster, endpoint, healthy } = news;
    const known = this.#known.get(cluster) ?? new Map<string, boolean>();
    if (healthy === undefined) known.delete(endpoint);
    else known.set(endpoint, healthy);
    if (known.size === 0) this.#known.delete(cluster);
    else this.#known.set(cluster, known);
    this.#watchers.get(cluster)?.(news);
  }

  /** Undefined before an endpoint's first check. */
  get(cluster: string, endpoint: string): boolean | undefined {
    return this.#known.get(cluster)?.get(endpoint);
  }

  /** Tells `watcher` of all news of a cluster, instead of the watcher before. */
  watch(cluster: string, watcher: (news: HealthNews) => void): void {
    this.#watchers.set(cluster, watcher);
  }

  unwatch(cluster: string): void {
    this.#watchers.delete(cluster);
  }
}
