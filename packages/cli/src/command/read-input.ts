import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';

/** A text with the name that diagnostics give it: the path as the person wrote it, or `stdin`. */
export interface InputText {
  readonly name: string;
  readonly text: string;
}

const STDIN = 'stdin';
const EXTENSIONS = ['.yaml', '.yml', '.json'];

/** Reads files, every YAML and JSON file below folders (sorted, hidden ones left out), and standard input for `-`. */
export async function readInputs(paths: readonly string[], cli: CliContext): Promise<readonly InputText[]> {
  const inputs: InputText[] = [];
  for (const path of paths) {
    if (path === '-') inputs.push({ name: STDIN, text: await readText(cli.stdin) });
    else
      inputs.push(
        ...filesOf(path, cli.cwd).map((file) => ({ name: shown(file, cli.cwd), text: readFileSync(file, 'utf8') })),
      );
  }
  if (inputs.length === 0) throw new Failure('notFound', `there is no YAML or JSON file in ${paths.join(', ')}`);
  return inputs;
}

/** The YAML and JSON files at or below `path`. */
export function filesOf(path: string, cwd: string): readonly string[] {
  const full = resolve(cwd, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) throw new Failure('notFound', `there is no file or folder ${path}`);
  if (!stat.isDirectory()) return [full];
  return readdirSync(full, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return filesOf(join(full, entry.name), cwd);
      return EXTENSIONS.some((extension) => entry.name.endsWith(extension)) ? [join(full, entry.name)] : [];
    });
}

function shown(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short.startsWith('..') ? file : short;
}

/** The texts by name, to print lines of what is no file. */
export function textsByName(inputs: readonly InputText[]): ReadonlyMap<string, string> {
  return new Map(inputs.map((input) => [input.name, input.text]));
}
