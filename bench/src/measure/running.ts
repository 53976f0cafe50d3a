/** Child processes of a bench: started on one core, waited for, and always ended again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** The proxy has a core of its own; what loads it and what answers it share the other. */
export const PROXY_CORE = 0;
export const LOAD_CORE = 1;

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** The last of what the process printed, for when it fails. */
  output(): string;
}

/** Starts `command` pinned to `core`. Disposal ends it: SIGTERM, and SIGKILL two seconds later. */
export function startPinned(
  core: number,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn('taskset', ['-c', String(core), command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  if (child.pid === undefined) throw new Error(`taskset (of util-linux) could not be started for ${command}`);
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return {
    pid: child.pid,
    output: () => printed,
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await ended;
  clearTimeout(patience);
}

/** Runs to the end and returns what was printed; throws with it when the exit code is not zero. */
export async function runPinned(core: number, command: string, args: readonly string[]): Promise<string> {
  const child = spawn('taskset', ['-c', String(core), command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${printed}`);
  return printed;
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Resolves when the port takes connections; throws with the process's output when it does not within ten seconds. */
export async function untilListening(running: Running, port: number, name: string, host = '127.0.0.1'): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await accepts(port, host)) return;
    await delay(50);
  }
  throw new Error(`${name} does not listen on port ${port}: ${running.output()}`);
}
