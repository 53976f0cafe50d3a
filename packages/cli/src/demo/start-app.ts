import { mkdir, open } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type Clock, sleep } from '@weft/base';
import { Failure } from '../command/failure.ts';
import { ManagedProcess } from '../local/managed-process.ts';

export interface AppOptions {
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface App {
  readonly process: ManagedProcess;
  readonly logPath: string;
  /** Settles when the port answers; rejects when the program ends first or is not there in time. */
  readonly listening: Promise<void>;
}

const POLL_MS = 15;
const START_TIMEOUT_MS = 20_000;
const NODE_FLAGS = ['--max-semi-space-size=2', '--disable-warning=ExperimentalWarning'];

/** Starts a Node program of the shop with its output in a log file. */
export async function startApp(options: AppOptions, clock: Clock): Promise<App> {
  await mkdir(options.folder, { recursive: true });
  const logPath = join(options.folder, 'app.log');
  const log = await open(logPath, 'w', 0o600);
  const child = new ManagedProcess(process.execPath, [...NODE_FLAGS, options.program], {
    env: { ...options.env },
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  return { process: child, logPath, listening: untilListening(child, options.port, logPath, clock) };
}

async function untilListening(child: ManagedProcess, port: number, logPath: string, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (!child.running) throw new Failure('failure', `a service ended while starting; its output is in ${logPath}`);
    if (clock.monotonic() > deadline)
      throw new Failure('timeout', `a service does not listen on port ${port}; see ${logPath}`);
    await sleep(clock, POLL_MS);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
