/**
 * Replaces the running process by a new one without refusing anybody: the successor is started with the same command line and inherits
 * the listening sockets; when it serves, this process stops accepting, lets its connections end, and is gone.
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Clock, Logger } from '@weft/base';
import type { ProxySockets } from '../run-proxy.ts';
import { HANDOVER_VARIABLE, type HandoverNote, type SocketsByAddress } from './inheritance.ts';

/** A successor that does not serve by then is given up. */
const READY_WITHIN_MS = 60_000;
/** Standard streams and the channel over which the successor says that it serves come first. */
const FIRST_INHERITED_FD = 4;

/** What a successor tells, over Node's IPC channel. */
export const SUCCESSOR_READY = 'weft-successor-ready';

export interface HotRestartDeps {
  /** How this process was started: the program, then its arguments. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly spawn: (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
  /** Which successor this process is; 0 for the first. */
  readonly epoch: number;
  readonly sockets: () => ProxySockets;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The successor serves: this process drains and ends. */
  readonly onReplaced: () => void;
}

/** Numbers the sockets anew, as the successor will see them, and lists them in that order. */
export function handoverOf(sockets: ProxySockets, epoch: number): { note: HandoverNote; inherited: readonly number[] } {
  const inherited: number[] = [];
  const pass = (fd: number): number => FIRST_INHERITED_FD - 1 + inherited.push(fd);
  const threads: SocketsByAddress[] = sockets.threads.map((thread) =>
    Object.fromEntries(Object.entries(thread).map(([address, fd]) => [address, pass(fd)])),
  );
  const admin = sockets.admin === undefined ? undefined : pass(sockets.admin);
  return { note: { epoch, threads, admin }, inherited };
}

export class HotRestart {
  readonly #deps: HotRestartDeps;
  #running = false;

  constructor(deps: HotRestartDeps) {
    this.#deps = deps;
  }

  /** Starts the successor, unless one is starting already. */
  start(): void {
    const { command, environment, spawn, sockets, epoch, logger } = this.#deps;
    if (this.#running) return;
    this.#running = true;
    const { note, inherited } = handoverOf(sockets(), epoch + 1);
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      env: { ...environment, [HANDOVER_VARIABLE]: JSON.stringify(note) },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...inherited],
    });
    logger.info('a successor starts', { pid: child.pid, epoch: note.epoch });
    this.#await(child);
  }

  #await(child: ChildProcess): void {
    const { clock, logger, onReplaced } = this.#deps;
    let settled = false;
    const settle = (then: () => void): void => {
      if (settled) return;
      settled = true;
      timer.cancel();
      then();
    };
    const failed = (cause: string): void =>
      settle(() => {
        this.#running = false;
        logger.error('the successor does not serve; this process goes on', { pid: child.pid, cause });
        child.kill('SIGKILL');
      });
    const timer = clock.after(READY_WITHIN_MS, () => failed(`it was not ready after ${READY_WITHIN_MS / 1000} s`));
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code, signal) => failed(`it ended with ${code === null ? signal : `exit code ${code}`}`));
    child.on('message', (message) => {
      if (message !== SUCCESSOR_READY) return;
      settle(() => {
        logger.info('the successor serves; this process drains and ends', { pid: child.pid });
        child.disconnect();
        child.unref();
        onReplaced();
      });
    });
  }
}
