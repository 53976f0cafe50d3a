import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A process of a test, ended with it whatever happens. */
export interface Child {
  readonly pid: number;
  /** Everything printed so far, both streams. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export function startChild(t: TestContext, command: string, args: readonly string[]): Child {
  // A file, not a pipe: Node's pipes are sockets, which nobody can open as /dev/stdout, and access logs do.
  const folder = mkdtempSync(join(tmpdir(), 'weft-child-'));
  const file = join(folder, 'output');
  const output = openSync(file, 'a');
  const child = spawn(command, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });
  return {
    pid: child.pid ?? 0,
    output: () => readFileSync(file, 'utf8'),
    signal: (name) => void child.kill(name),
    ended,
  };
}
