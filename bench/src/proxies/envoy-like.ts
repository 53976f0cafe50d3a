/** Envoy and our proxy: started from the same bootstrap file, so that nothing but the program differs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { PROXY_CORE, startPinned, untilListening } from '../measure/running.ts';
import type { Started } from './nginx.ts';

/** A program that takes an Envoy bootstrap file. */
export interface EnvoyLike {
  readonly command: string;
  args(bootstrapFile: string): readonly string[];
}

/** One worker thread and no hot restart, as pinned to one core it could use no more. */
export function envoyProgram(path: string): EnvoyLike {
  return {
    command: path,
    args: (file) => ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning'],
  };
}

/** Our proxy, as a user starts it. */
export function weftProgram(root: string): EnvoyLike {
  return {
    command: process.execPath,
    args: (file) => [join(root, 'packages/cli/src/main.ts'), 'proxy', '--bootstrap', file, '--log-level', 'warn'],
  };
}

/** Starts the program with `bootstrap` and waits until it serves `port` of `host`. */
export async function startEnvoyLike(
  name: string,
  program: EnvoyLike,
  folder: string,
  bootstrap: JsonObject,
  port: number,
  host = '127.0.0.1',
): Promise<Started> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(bootstrap, undefined, 2));
  const running = startPinned(PROXY_CORE, program.command, program.args(file));
  try {
    await untilListening(running, port, name, host);
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return { pid: running.pid, port, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}
