import type { Thresholds } from '@weft/engine';
import type { SharedCell } from '../workers/shared-cells.ts';
import { type Breaker, retryLimit } from './breaker.ts';

const CONNECTIONS = 0;
const PENDING = 1;
const REQUESTS = 2;
const RETRIES = 3;

/**
 * A breaker whose counts are those of all threads together, as Envoy's are of all its workers. `breaker.requests++` reads, adds and
 * writes; what a thread writes is added to the shared count as the difference to what it has read just before, so that no thread's
 * step is lost. Two threads may both see the last free place: a limit can be passed by as many as there are other threads.
 */
export class SharedBreaker implements Breaker {
  readonly priority: 'default' | 'high';
  thresholds: Thresholds;
  readonly #counts: Int32Array<SharedArrayBuffer>;
  #read = 0;

  constructor(priority: 'default' | 'high', thresholds: Thresholds, cell: SharedCell) {
    this.priority = priority;
    this.thresholds = thresholds;
    this.#counts = new Int32Array(cell.buffer, cell.byteOffset, 4);
  }

  get connections(): number {
    return this.#get(CONNECTIONS);
  }
  set connections(value: number) {
    this.#set(CONNECTIONS, value);
  }
  get pending(): number {
    return this.#get(PENDING);
  }
  set pending(value: number) {
    this.#set(PENDING, value);
  }
  get requests(): number {
    return this.#get(REQUESTS);
  }
  set requests(value: number) {
    this.#set(REQUESTS, value);
  }
  get retries(): number {
    return this.#get(RETRIES);
  }
  set retries(value: number) {
    this.#set(RETRIES, value);
  }

  get maxRetries(): number {
    return retryLimit(this);
  }

  #get(at: number): number {
    this.#read = Atomics.load(this.#counts, at);
    return this.#read;
  }

  #set(at: number, value: number): void {
    Atomics.add(this.#counts, at, value - this.#read);
  }
}
