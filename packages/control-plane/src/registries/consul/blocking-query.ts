/** One value of Consul's HTTP API, followed by blocking queries (developer.hashicorp.com/consul/api-docs/features/blocking). */
import type { Clock, Random } from '@weft/base';

export interface ConsulAnswer {
  /** The header X-Consul-Index; undefined when it is missing. */
  readonly index: string | undefined;
  readonly body: unknown;
}

/** Asks for a path with its query; rejects when there is no answer, or one that is no success. */
export type AskConsul = (path: string, signal: AbortSignal) => Promise<ConsulAnswer>;

export interface BlockingQueryOptions {
  /** `/v1/health/service/orders?dc=dc1`. */
  readonly path: string;
  readonly ask: AskConsul;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** A value that may differ from the one before. */
  readonly changed: (body: unknown) => void;
  /** Nobody answered, for this reason; asked again in `retryInMs`. */
  readonly failed: (cause: string, retryInMs: number) => void;
  /** An answer came after failures, or for the first time. */
  readonly answered: () => void;
}

/** How long the server may hold a query; it adds up to a sixteenth by chance, so that queries do not come in step. */
export const WAIT_MS = 60_000;
/** A value that changes all the time is looked at this often. */
const MIN_INTERVAL_MS = 100;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** Follows the value until the signal aborts. Never rejects. */
export async function follow(options: BlockingQueryOptions): Promise<void> {
  const { path, ask, clock, random, signal } = options;
  let index = 0;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = clock.monotonic();
    try {
      const query = index === 0 ? '' : `${path.includes('?') ? '&' : '?'}index=${index}&wait=${WAIT_MS / 1000}s`;
      const answer = await ask(path + query, signal);
      if (signal.aborted) return;
      failures = 0;
      options.answered();
      const next = nextIndex(index, answer.index);
      if (next !== index || index === 0) options.changed(answer.body);
      index = next;
      const spent = clock.monotonic() - startedAt;
      if (spent < MIN_INTERVAL_MS) await sleep(clock, MIN_INTERVAL_MS - spent, signal);
    } catch (error) {
      if (signal.aborted) return;
      // After an outage the value is asked for as it is: the index may be another server's.
      index = 0;
      const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures++, 10));
      const retryInMs = ceiling / 2 + random.below(Math.ceil(ceiling / 2));
      options.failed(messageOf(error), retryInMs);
      await sleep(clock, retryInMs, signal);
    }
  }
}

/**
 * The index to wait behind. Never below 1, which would not block and turn the loop hot; 0, "as it is now", when it went backwards, as it does
 * after the servers restored a snapshot.
 */
export function nextIndex(before: number, header: string | undefined): number {
  const index = Number(header);
  if (!Number.isSafeInteger(index) || index < 1) return 1;
  return index < before ? 0 : index;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
