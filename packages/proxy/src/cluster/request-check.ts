/** Checks by a request over HTTP: what is asked and what the answer means is the question's. */
import type { HeaderBlock, ResponseHead } from '@weft/http';
import type {
  PoolWaiter,
  UpstreamConnection,
  UpstreamRequestHead,
  UpstreamStream,
} from '../upstream/upstream-stream.ts';
import { CheckConnection } from './check-connection.ts';
import type { CheckedEndpoint, EndpointCheck } from './endpoint-check.ts';
import type { CheckResult } from './health-state.ts';

export interface Question {
  readonly http2: boolean;
  readonly body: Buffer | undefined;
  head(): UpstreamRequestHead;
  answer(): Answer;
}

/** Judges one answer as it comes; a result before the end is final. */
export interface Answer {
  onHead(head: ResponseHead): CheckResult | undefined;
  /** `chunk` may be lent. */
  onBody(chunk: Buffer): CheckResult | undefined;
  onEnd(trailers: HeaderBlock | undefined): CheckResult;
}

export class RequestCheck implements EndpointCheck, PoolWaiter, UpstreamStream {
  readonly #question: Question;
  readonly #checked: CheckedEndpoint;
  readonly #connection: CheckConnection;
  #stream: UpstreamConnection | undefined = undefined;
  #answer: Answer | undefined = undefined;

  constructor(question: Question, checked: CheckedEndpoint) {
    this.#question = question;
    this.#checked = checked;
    this.#connection = new CheckConnection(checked, question.http2);
  }

  run(): void {
    this.#answer = this.#question.answer();
    this.#connection.acquire(this);
  }

  onConnection(stream: UpstreamConnection): void {
    const { body } = this.#question;
    this.#stream = stream;
    try {
      stream.send(this, this.#question.head(), body === undefined);
    } catch {
      // A header made from an endpoint's metadata can hold what no header may.
      this.#finish('failed', false);
      return;
    }
    if (body === undefined) return;
    stream.sendBody(body);
    stream.sendEnd(undefined);
  }

  onPoolFailure(): void {
    this.#finish('failed', false);
  }

  onInformational(): void {
    // The final answer counts.
  }

  onHead(head: ResponseHead): void {
    this.#early(this.#answer?.onHead(head));
  }

  onBody(chunk: Buffer): void {
    this.#early(this.#answer?.onBody(chunk));
  }

  #early(result: CheckResult | undefined): void {
    if (result !== undefined) this.#finish(result, false);
  }

  onEnd(trailers: HeaderBlock | undefined): void {
    const result = this.#answer?.onEnd(trailers);
    if (result !== undefined) this.#finish(result, true);
  }

  onReset(): void {
    this.#finish('failed', false);
  }

  onWritable(): void {
    // What a check sends is short.
  }

  /** `whole`: the answer has ended, so there is nothing to abandon. */
  #finish(result: CheckResult, whole: boolean): void {
    if (this.#answer === undefined) return;
    this.#forget(whole);
    if (!this.#checked.config.reuseConnection) this.#connection.close();
    this.#checked.onResult(result);
  }

  #forget(whole: boolean): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#answer = undefined;
    if (!whole) stream?.abort();
  }

  stop(): void {
    this.#forget(false);
    this.#connection.close();
  }
}
