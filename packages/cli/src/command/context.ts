import type { Clock, Random } from '@weft/base';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Everything a command takes from the outside. `main.ts` hands in the real process; tests hand in what they like. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly random: Random;
  readonly stdin: NodeJS.ReadStream;
  /** Results: what a script would read. */
  readonly out: TextOutput;
  /** Progress, warnings and errors. */
  readonly err: TextOutput;
  /** Calls `run` at every signal that asks the process to stop, until the returned function is called. */
  onStop(run: (signal: StopSignal) => void): () => void;
  /** Calls `run`, which has to be synchronous, when the process ends for whatever reason it can notice, such as an exception nobody caught. */
  onExit(run: () => void): () => void;
  /** Keeps the process alive, which a clock does not, until the returned function is called. */
  stay(): () => void;
}

export interface TextOutput {
  readonly isTerminal: boolean;
  readonly colour: boolean;
  readonly columns: number;
  write(text: string): void;
}

/**
 * Colours only on a terminal that shows them; `NO_COLOR` (no-color.org) switches them off, `FORCE_COLOR` on.
 */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return isTerminal && env['TERM'] !== 'dumb';
}
