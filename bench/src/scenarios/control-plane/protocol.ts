/** What the bench and its two processes say to each other. */
import { type ChildProcess, spawn } from 'node:child_process';

/** Microseconds of the system's monotonic clock, the same for every process on the machine. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

export type ServerCommand =
  | { readonly do: 'load'; readonly services: number; readonly endpoints: number }
  | { readonly do: 'endpoint'; readonly change: number }
  | { readonly do: 'virtual-service'; readonly change: number }
  | { readonly do: 'settle'; readonly proxies: number }
  | { readonly do: 'sustain'; readonly first: number; readonly perSecond: number; readonly seconds: number };

export type SimulatorCommand =
  | { readonly do: 'connect'; readonly port: number; readonly proxies: number; readonly services: number }
  | { readonly do: 'reconnect' }
  | { readonly do: 'expect'; readonly mark: 'endpoint' | 'route'; readonly first: number; readonly changes: number }
  | { readonly do: 'seen' };

/** Times in microseconds; which fields are there depends on the command. */
export interface Answer {
  readonly port?: number;
  readonly at?: number;
  /** For each expected change, when each proxy had it. */
  readonly seen?: readonly (readonly number[])[];
  /** When each change was written. */
  readonly written?: readonly number[];
  readonly bytes?: number;
  readonly failure?: string;
}

/** A child process on one core that answers each command once. */
export interface Peer<C> extends AsyncDisposable {
  readonly pid: number;
  ask(command: C): Promise<Answer>;
}

/** Starts `file` with this Node on `core`. Its first message, before any command, is returned too. */
export async function startPeer<C extends object>(file: string, core: number): Promise<readonly [Peer<C>, Answer]> {
  const child: ChildProcess = spawn('taskset', ['-c', String(core), process.execPath, file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`${file} ended (${code ?? signal})`)));
    child.once('error', reject);
  });
  // Whoever waits for an answer hears of the end; at other times nobody does, and that is no unhandled rejection.
  ended.catch(() => undefined);
  const answer = (): Promise<Answer> =>
    Promise.race([new Promise<Answer>((resolve) => child.once('message', (said: Answer) => resolve(said))), ended]);
  const first = await answer();
  const peer: Peer<C> = {
    pid: child.pid ?? 0,
    async ask(command) {
      const said = answer();
      child.send(command);
      const received = await said;
      if (received.failure !== undefined) throw new Error(received.failure);
      return received;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
  return [peer, first];
}

/** Answers the parent's commands until it goes away. */
export function serve<C>(first: Answer, handle: (command: C) => Promise<Answer> | Answer): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (command: C) => {
    Promise.resolve()
      .then(() => handle(command))
      .catch((error: unknown): Answer => ({ failure: error instanceof Error ? (error.stack ?? '') : String(error) }))
      .then((answer) => process.send?.(answer));
  });
  process.send?.(first);
}
