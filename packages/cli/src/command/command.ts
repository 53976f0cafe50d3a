import type { CliContext } from './context.ts';
import type { Invocation } from './invocation.ts';

/** How an option's text becomes a value. `list` may be given several times. */
export type OptionKind = 'flag' | 'text' | 'list' | 'int' | 'duration';

export interface OptionSpec {
  /** As the help shows it: `-f, --file <path>`, `--wait`, `--no-load`. */
  readonly flags: string;
  readonly kind: OptionKind;
  readonly help: string;
  /** Shown in the help and used when the option is absent. Durations are written `30s`. */
  readonly default?: string;
  readonly choices?: readonly string[];
}

export interface ArgumentSpec {
  /** `<name>` is required, `[name]` optional, `[name...]` takes the rest. */
  readonly syntax: string;
  readonly help: string;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/**
 * One command of `weft`: what the help says, and a body that is loaded when it runs, so that `weft version` does not pay for the
 * proxy. A new command is a file in commands/ and a line in commands/all.ts.
 */
export interface Command {
  readonly name: string;
  readonly group: 'Start' | 'Configure' | 'Inspect' | 'Parts';
  readonly summary: string;
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /** Returns the exit code. Foreseen failures are thrown as Failure. */
  run(invocation: Invocation, cli: CliContext): Promise<number>;
}
