import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatIssue, hasErrors } from '@weft/base';
import { stringify } from 'yaml';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { loadConfig } from '../config-files/load-config.ts';
import type { ApiClient } from './api-client.ts';
import { objectPath, parseObjectWords } from './object-path.ts';
import { waitUntilLive } from './wait.ts';

export interface EditOptions {
  readonly words: readonly string[];
  readonly namespace: string;
  /** Undefined: do not wait. */
  readonly waitMs: number | undefined;
}

/** Edits until what was saved is accepted, or is empty or as it was. */
export async function runEdit(options: EditOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const { kind, names } = parseObjectWords(options.words);
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new Failure('usage', 'edit takes one object', 'weft edit vs orders');
  const path = objectPath(kind, options.namespace, name);
  const folder = await mkdtemp(join(tmpdir(), 'weft-edit-'));
  const file = join(folder, `${name}.yaml`);
  try {
    const original = stringify(await api.get(path), { lineWidth: 0 });
    let text = original;
    for (;;) {
      text = await editText(file, text, cli);
      const content = withoutComments(text);
      if (content === '' || content === withoutComments(original)) {
        cli.out.write('nothing changed\n');
        return EXIT.ok.code;
      }
      const problem = await save(text, file, path, api, cli);
      if (problem === undefined) break;
      text = `${problem
        .split('\n')
        .map((line) => `# ${line}`)
        .join('\n')}\n${content}\n`;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  cli.out.write(`${kind.kind} ${kind.namespaced ? `${options.namespace}/` : ''}${name} configured\n`);
  return options.waitMs === undefined ? EXIT.ok.code : waitUntilLive(api, undefined, options.waitMs, cli);
}

/** Sends the text; what is wrong with it, if anything. The resourceVersion in it makes a change by somebody else a conflict. */
async function save(
  text: string,
  file: string,
  path: string,
  api: ApiClient,
  cli: CliContext,
): Promise<string | undefined> {
  const loaded = loadConfig([{ file, text }]);
  if (hasErrors(loaded.issues)) return loaded.issues.map(formatIssue).join('\n');
  const [resource] = loaded.resources;
  if (resource === undefined || loaded.resources.length > 1) return 'there has to be one object in this file';
  try {
    const { status } = await api.replace(path, resource.raw);
    for (const { type, status: is, message } of status?.conditions ?? []) {
      if (type === 'PassedValidation' && is === 'False') cli.err.write(`warning: ${message ?? 'see its status'}\n`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof ConfigFailure) return error.issues.map(formatIssue).join('\n');
    if (error instanceof Failure && error.exit === 'conflict') {
      return `${error.message}\nSomebody changed it meanwhile: empty this file, and edit the object again.`;
    }
    throw error;
  }
}

async function editText(file: string, text: string, cli: CliContext): Promise<string> {
  await writeFile(file, text, { mode: 0o600 });
  const editor = cli.env['VISUAL'] ?? cli.env['EDITOR'] ?? 'vi';
  // Through a shell, because the variable may hold arguments: EDITOR="code --wait".
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0)
    throw new Failure('failure', `the editor "${editor}" ended with exit code ${String(code)}; nothing was changed`);
  return readFile(file, 'utf8');
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
}
