import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));
const PATIENCE_MS = 30_000;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `weft` command as a real process. Everything it writes is kept, and can be waited for. */
export class Weft implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  #stdout = '';
  #stderr = '';
  #watchers: (() => void)[] = [];

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#notify();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#notify();
    });
    this.finished = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        this.#notify();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Everything written so far, errors and progress first. */
  get output(): string {
    return this.#stderr + this.#stdout;
  }

  /** The first match of `pattern` in what is written after `from` characters of the output; rejects when the process ends without. */
  waitFor(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(new Error(`not within ${PATIENCE_MS} ms: ${pattern}`)), PATIENCE_MS);
      const done = (outcome: RegExpExecArray | Error): void => {
        clearTimeout(timer);
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        if (outcome instanceof Error) reject(new Error(`${outcome.message}\n${this.output}`));
        else resolve(outcome);
      };
      const look = (): void => {
        const match = pattern.exec(this.#stdout.slice(from)) ?? pattern.exec(this.#stderr);
        if (match !== null) done(match);
        else if (this.child.exitCode !== null) done(new Error(`ended with ${this.child.exitCode} before ${pattern}`));
      };
      this.#watchers.push(look);
      look();
    });
  }

  /** How much was written to standard output, as a mark for waitFor. */
  mark(): number {
    return this.#stdout.length;
  }

  stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Finished> {
    this.child.kill(signal);
    return this.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await this.finished;
    clearTimeout(timer);
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Runs a command to its end. */
export async function weft(...args: readonly string[]): Promise<Finished> {
  await using process = new Weft(args);
  return await process.finished;
}
