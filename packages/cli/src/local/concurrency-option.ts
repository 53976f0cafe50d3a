import { readConcurrency } from '@weft/proxy/concurrency';
import type { OptionSpec } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import type { Invocation } from '../command/invocation.ts';

/** For commands that start proxies. */
export const CONCURRENCY_OPTION: OptionSpec = {
  flags: '--concurrency <threads>',
  kind: 'text',
  help: 'threads that serve; 0 or auto for one per CPU (default: as the bootstrap says, else 1)',
};

/** Undefined when the option is not given. */
export function concurrencyIn(invocation: Invocation): number | undefined {
  const text = invocation.text('concurrency');
  if (text === undefined) return undefined;
  const value = readConcurrency(text);
  if (typeof value !== 'number') throw new Failure('usage', `--concurrency: ${value.problem}`, '--concurrency 2');
  return value;
}
