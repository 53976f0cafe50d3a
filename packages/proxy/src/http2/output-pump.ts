import type { Wire } from '../net/wire.ts';

/** Moves a codec's output to its wire at the end of a callback, while the socket takes it. */
export class OutputPump {
  readonly #wire: Wire;
  readonly #take: () => Buffer[];
  #requested = false;
  #ending = false;

  constructor(wire: Wire, take: () => Buffer[]) {
    this.#wire = wire;
    this.#take = take;
  }

  /** @hot There is output. */
  request(): void {
    if (this.#requested) return;
    this.#requested = true;
    this.#wire.loop.touch(this);
  }

  /** Closes the writing side behind everything there is. */
  end(): void {
    this.#ending = true;
    this.request();
  }

  /** @hot Called by the loop. While the socket is full the output waits in the codec, which then holds DATA back. */
  flush(): void {
    this.#requested = false;
    const wire = this.#wire;
    if (wire.closed) return;
    if (!wire.full || this.#ending) {
      const pieces = this.#take();
      for (let i = 0; i < pieces.length; i++) wire.sendBytes(pieces[i]!);
    }
    if (this.#ending) wire.end();
  }
}
