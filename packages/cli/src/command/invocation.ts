import { parseDurationMs } from '@weft/base';
import type { Command, OptionSpec } from './command.ts';
import { Failure } from './failure.ts';

/** `-o, --output <format>` → `output`; `--no-load` → `load`; `--gateway-port <n>` → `gateway-port`. */
function optionName(flags: string): string {
  const long = /--([a-z][a-z0-9-]*)/.exec(flags)?.[1] ?? flags;
  return long.startsWith('no-') ? long.slice(3) : long;
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The words and options of one call, read by name and checked by kind. A value that does not fit ends the command with exit code 2. */
export class Invocation {
  readonly words: readonly string[];
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #specs: ReadonlyMap<string, OptionSpec>;

  constructor(command: Command, words: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.words = words;
    this.#options = options;
    this.#specs = new Map((command.options ?? []).map((spec) => [optionName(spec.flags), spec]));
  }

  /** True when a switch was given (or, for `--no-x`, was not). */
  flag(name: string): boolean {
    return this.#read(name, 'flag') === true;
  }

  text(name: string): string | undefined {
    const value = this.#read(name, 'text');
    const spec = this.#specs.get(name);
    if (typeof value !== 'string') return undefined;
    if (spec?.choices !== undefined && !spec.choices.includes(value)) {
      throw new Failure('usage', `--${name} cannot be "${value}"`, `one of: ${spec.choices.join(', ')}`);
    }
    return value;
  }

  list(name: string): readonly string[] {
    const value = this.#read(name, 'list');
    return Array.isArray(value) ? value.map(String) : [];
  }

  int(name: string): number | undefined {
    const value = this.#read(name, 'int');
    if (typeof value !== 'string') return undefined;
    if (!/^\d{1,9}$/.test(value)) throw new Failure('usage', `--${name} takes a whole number, not "${value}"`);
    return Number(value);
  }

  /** A TCP port, 0 meaning "any free one". */
  port(name: string): number | undefined {
    const value = this.int(name);
    if (value !== undefined && value > 65_535)
      throw new Failure('usage', `--${name} takes a port up to 65535, not ${value}`);
    return value;
  }

  durationMs(name: string): number | undefined {
    const value = this.#read(name, 'duration');
    if (typeof value !== 'string') return undefined;
    const ms = parseDurationMs(value);
    if (ms === undefined || ms < 0)
      throw new Failure('usage', `--${name} takes a duration such as 30s or 2m, not "${value}"`);
    return ms;
  }

  #read(name: string, kind: OptionSpec['kind']): unknown {
    const spec = this.#specs.get(name);
    if (spec?.kind !== kind) throw new Error(`the command declares no ${kind} option --${name}`);
    return this.#options[camel(name)];
  }
}
