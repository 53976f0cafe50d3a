import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Clock } from '@weft/base';
import { exitCodeOfSignal } from '../command/exit-code.ts';

export interface ExitStatus {
  /** The exit code, or 128 + the signal's number, as a shell tells it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;
  /** Set when the program could not be started at all. */
  readonly error: NodeJS.ErrnoException | undefined;
}

/**
 * A child that leads a process group of its own: a terminal's Ctrl-C reaches only us, so that we decide the order in which things stop,
 * and a signal to the group also reaches what the child started.
 */
export class ManagedProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<ExitStatus>;
  #gone = false;

  constructor(command: string, args: readonly string[], options: SpawnOptions) {
    this.child = spawn(command, args, { ...options, detached: true });
    this.exited = new Promise((resolve) => {
      const done = (status: ExitStatus): void => {
        this.#gone = true;
        resolve(status);
      };
      this.child.once('error', (error) => {
        if (this.child.pid === undefined) done({ code: 127, signal: undefined, error });
      });
      this.child.once('exit', (code, signal) => {
        const died = signal === null ? (code ?? 1) : exitCodeOfSignal(constants.signals[signal]);
        done({ code: died, signal: signal ?? undefined, error: undefined });
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get running(): boolean {
    return !this.#gone;
  }

  /** Sends a signal to the whole group. Nothing happens once the child is gone. */
  signal(signal: NodeJS.Signals): void {
    if (this.running && this.child.pid !== undefined) signalGroup(this.child.pid, signal);
  }

  /** SIGTERM, then SIGKILL for what is left of the group after `graceMs`. */
  async stop(clock: Clock, graceMs: number): Promise<ExitStatus> {
    this.signal('SIGTERM');
    const timer = clock.after(graceMs, () => this.signal('SIGKILL'));
    const status = await this.exited;
    timer.cancel();
    // Grandchildren may outlive the leader; the group's id stays valid as long as one of them lives.
    if (this.child.pid !== undefined) signalGroup(this.child.pid, 'SIGKILL');
    return status;
  }
}

/** Signals a process group; a group that is gone already is what the caller wanted. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

/** Whether any process of the group is left; one of another user counts. */
export function isGroupAlive(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
