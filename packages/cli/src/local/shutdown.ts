import type { CliContext, StopSignal } from '../command/context.ts';
import type { ManagedProcess } from './managed-process.ts';

/** Thrown out of a wait when stopping was asked for meanwhile. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/**
 * Stopping in two steps: the first signal asks, so that things end in order; the second kills whatever is left. Holds every child process,
 * so that none is forgotten on either way.
 */
export class Shutdown implements Disposable {
  readonly stopped: Promise<StopSignal>;
  readonly #children = new Set<ManagedProcess>();
  readonly #resolve: (signal: StopSignal) => void;
  readonly #unsubscribe: () => void;
  readonly #forgetExit: () => void;
  #signal: StopSignal | undefined;

  constructor(cli: CliContext) {
    const { promise, resolve } = Promise.withResolvers<StopSignal>();
    this.stopped = promise;
    this.#resolve = resolve;
    this.#unsubscribe = cli.onStop((signal) => {
      if (this.requested) cli.err.write('\nkilling what is left\n');
      this.request(signal);
    });
    this.#forgetExit = cli.onExit(() => this.#kill());
  }

  get requested(): boolean {
    return this.#signal !== undefined;
  }

  /** The first call asks everybody to stop; every further call kills. */
  request(signal: StopSignal): void {
    if (this.#signal === undefined) {
      this.#signal = signal;
      this.#resolve(signal);
      return;
    }
    this.#kill();
  }

  /** Has `child` killed by a second signal, until it is gone. */
  add(child: ManagedProcess): void {
    this.#children.add(child);
    void child.exited.then(() => this.#children.delete(child));
  }

  /** The outcome of `work`, or Stopped as soon as stopping is asked for. */
  async race<T>(work: Promise<T>): Promise<T> {
    const stop = this.stopped.then((): never => {
      throw new Stopped('stopped while starting');
    });
    return Promise.race([work, stop]);
  }

  /** Whatever was not stopped in order by now is killed. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#forgetExit();
    this.#kill();
  }

  #kill(): void {
    for (const child of this.#children) child.signal('SIGKILL');
  }
}
