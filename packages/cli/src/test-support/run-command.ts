import { FakeClock, seededRandom } from '@weft/base';
import type { CliContext, TextOutput } from '../command/context.ts';
import { runProgram } from '../command/program.ts';
import { COMMANDS } from '../commands/all.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in the test's process: no terminal, time that stands still, chance from a seed. */
export async function runCommand(...args: readonly string[]): Promise<Ran> {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): TextOutput => ({
    isTerminal: false,
    colour: false,
    columns: 120,
    write: (text) => {
      written[name] += text;
    },
  });
  const cli: CliContext = {
    env: {},
    cwd: process.cwd(),
    platform: 'linux',
    clock: new FakeClock(),
    random: seededRandom(1),
    stdin: process.stdin,
    out: output('out'),
    err: output('err'),
    onStop: () => () => undefined,
    onExit: () => () => undefined,
    stay: () => () => undefined,
  };
  const code = await runProgram(COMMANDS, args, cli);
  return { code, ...written };
}
