import { type InputText, readConfigPaths } from '@weft/config';
import type { CliContext } from './context.ts';
import { Failure, messageOf } from './failure.ts';

/** The texts behind `-f`: files, folders, `-` for standard input. A path that is not there ends the command with exit code 4. */
export async function readInputs(paths: readonly string[], cli: CliContext): Promise<readonly InputText[]> {
  let inputs: readonly InputText[];
  try {
    inputs = await readConfigPaths(paths, cli.stdin);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Failure(missing ? 'notFound' : 'failure', messageOf(error));
  }
  if (inputs.length === 0) throw new Failure('notFound', `there is no YAML or JSON file in ${paths.join(', ')}`);
  return inputs;
}
