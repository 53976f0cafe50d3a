import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readStream } from 'node:stream/consumers';
import type { InputText } from './load.ts';

const EXTENSION = /\.(?:ya?ml|json)$/i;

/**
 * The texts behind `-f` arguments: files, folders (every .yaml, .yml and .json below them, sorted by path, hidden ones left out),
 * and `-` for `stdin`.
 *
 * @throws what node:fs throws for a path that does not exist or cannot be read; its message names the path.
 */
export async function readConfigPaths(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream,
): Promise<readonly InputText[]> {
  const inputs: InputText[] = [];
  for (const path of paths) {
    if (path === '-') inputs.push({ file: '<stdin>', text: await readStream(stdin) });
    else for (const file of await configFiles(path)) inputs.push({ file, text: await readFile(file, 'utf8') });
  }
  return inputs;
}

async function configFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && EXTENSION.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !file
          .slice(path.length)
          .split(/[\\/]/)
          .some((part) => part.startsWith('.')),
    )
    .sort();
}
