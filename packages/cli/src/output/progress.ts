import { type Clock, formatDurationMs } from '@weft/base';
import type { TextOutput } from '../command/context.ts';
import { paint } from './paint.ts';

/** What is happening while something starts: a line for each step done, with the time since the beginning. */
export class Progress {
  readonly #output: TextOutput;
  readonly #clock: Clock;
  readonly #startedAt: number;

  constructor(output: TextOutput, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  step(name: string, detail: string): void {
    const after = formatDurationMs(Math.round(this.#clock.monotonic() - this.#startedAt)).padStart(6);
    this.#output.write(
      `${paint(this.#output, 'dim', after)} ${paint(this.#output, 'green', '✓')} ${name.padEnd(16)} ${detail}\n`,
    );
  }

  end(text: string): void {
    this.#output.write(`${paint(this.#output, 'bold', text)}\n`);
  }
}
