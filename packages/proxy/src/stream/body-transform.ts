import type { HeaderBlock } from '@weft/http';
import type { Exchange } from './exchange.ts';

/** Where a transform puts what it made. */
export interface TransformOutput {
  body(chunk: Buffer): void;
  end(trailers: HeaderBlock | undefined): void;
  /** The transform cannot go on; the response that was begun is cut. */
  fail(error: Error): void;
  /** The transform takes more again, after having been full. */
  writable(): void;
  /** The client takes no more for now: what is made has to wait in the transform, which then becomes full. */
  readonly full: boolean;
}

/**
 * Makes another body of a response's body, perhaps later and on another thread. Bounded: when it holds enough it says `full`, and the
 * upstream is paused until `TransformOutput.writable`.
 */
export interface BodyTransform {
  /** Names where the output goes; called once, before anything else. */
  open(output: TransformOutput): void;
  /** `chunk` is lent until the call returns. */
  write(chunk: Buffer): void;
  end(trailers: HeaderBlock | undefined): void;
  /** The client takes output again. */
  resume(): void;
  /** The exchange ended; nothing more may be put out. Called once, also after `end`. */
  destroy(): void;
  readonly full: boolean;
}

/** Puts a transform's output on the way to the client. A transform works from callbacks of its own, hence the loop's enter and leave. */
export class TransformedResponse implements TransformOutput {
  readonly #exchange: Exchange;
  readonly #onEnd: () => void;

  constructor(exchange: Exchange, onEnd: () => void) {
    this.#exchange = exchange;
    this.#onEnd = onEnd;
  }

  body(chunk: Buffer): void {
    this.#within((exchange) => {
      exchange.record.bytesSent += chunk.length;
      exchange.downstream.sendBody(chunk);
    });
  }

  end(trailers: HeaderBlock | undefined): void {
    this.#within((exchange) => {
      exchange.downstream.sendEnd(trailers);
      this.#onEnd();
    });
  }

  fail(error: Error): void {
    this.#within((exchange) => exchange.fail(error));
  }

  writable(): void {
    this.#within((exchange) => exchange.link?.resumeResponse());
  }

  get full(): boolean {
    return this.#exchange.downstream.full;
  }

  #within(run: (exchange: Exchange) => void): void {
    const exchange = this.#exchange;
    if (exchange.ended) return;
    const { loop } = exchange.manager;
    loop.enter();
    run(exchange);
    loop.leave();
  }
}
