/** The main thread's end of one worker: requests with answers, and the news that it sends by itself. */
import type { FromWorker, RequestName, Requests, ToWorker, WorkerState } from './messages.ts';

/** A message channel to a worker; `Worker` of node:worker_threads is one. */
export interface WorkerPort {
  postMessage(message: ToWorker): void;
}

export type WorkerNews = Exclude<FromWorker, { readonly type: 'answer' | 'failed' | 'state' }>;

interface Waiting {
  resolve(answer: Requests[RequestName]['answer']): void;
  reject(error: Error): void;
}

const NOTHING_YET: WorkerState = { warming: 0, warmingClusters: [], warmingListeners: [], listeners: [], sockets: {} };

export class WorkerLink {
  readonly index: number;
  state: WorkerState = NOTHING_YET;
  readonly #port: WorkerPort;
  readonly #onNews: (news: WorkerNews, from: WorkerLink) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #gone: Error | undefined = undefined;

  constructor(index: number, port: WorkerPort, onNews: (news: WorkerNews, from: WorkerLink) => void) {
    this.index = index;
    this.#port = port;
    this.#onNews = onNews;
  }

  /** Rejects when the worker cannot do it, or is gone. */
  ask<K extends RequestName>(what: K, ask: Requests[K]['ask']): Promise<Requests[K]['answer']> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = ++this.#lastId;
    return new Promise<Requests[K]['answer']>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (answer) => resolve(answer as Requests[K]['answer']), reject });
      this.#port.postMessage({ type: 'ask', id, what, ask } as ToWorker);
    });
  }

  tell(message: Exclude<ToWorker, { readonly type: 'ask' }>): void {
    if (this.#gone === undefined) this.#port.postMessage(message);
  }

  receive(message: FromWorker): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.id)?.resolve(message.answer);
        break;
      case 'failed':
        this.#take(message.id)?.reject(new Error(message.stack));
        break;
      case 'state':
        this.state = message.state;
        break;
      default:
        this.#onNews(message, this);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** The worker is no more: whoever waits for it learns why. */
  end(cause: Error): void {
    this.#gone = cause;
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }
}
