import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '@weft/base';
import { Failure } from '../command/failure.ts';
import { isFromProxy, type ToProxy } from '../proxy-process/messages.ts';
import { type BootstrapInput, writeBootstrap } from './bootstrap.ts';
import { type ExitStatus, ManagedProcess } from './managed-process.ts';
import { askProxyConfig } from './proxy-config.ts';

export const PROXY_ENTRY: string = fileURLToPath(new URL('../proxy-process/main.ts', import.meta.url));
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** Crashes before the first readiness that make it hopeless. Once it was ready it is started again for ever. */
const GIVE_UP_AFTER = 3;
/** A proxy that lived this long had started well, so its next crash starts the back-off anew. */
const GOOD_START_MS = 30_000;
/** A laptop runs a dozen of these: memory counts more than the last microsecond (docs/decisions/0171). */
export const PROXY_FLAGS: readonly string[] = ['--max-semi-space-size=1', '--optimize-for-size', '--expose-gc'];
/** glibc's own trim threshold, set: left alone it rises with the blocks that loading frees, and megabytes of them stay resident. */
export const PROXY_ENV: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

export interface ProxyProcessOptions {
  readonly bootstrap: BootstrapInput;
  /** Address of the control plane's API, which says what the proxy is to be started with; undefined: nothing but what is here. */
  readonly api?: string | undefined;
  /** Where bootstrap.json and proxy.log go. */
  readonly folder: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Told of every process, the first and each that replaces a crashed one. */
  readonly onSpawn: (child: ManagedProcess) => void;
  /** Told when the proxy died and is started again after `backoffMs`. */
  readonly onCrash: (status: ExitStatus, backoffMs: number, logPath: string) => void;
}

/** A sidecar or gateway as a child process, started again with back-off whenever it dies before it is told to stop. */
export class ProxyProcess {
  readonly ready: Promise<void>;
  readonly logPath: string;
  readonly #options: ProxyProcessOptions;
  #current: ManagedProcess | undefined;
  #restart: Timer | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #stopping = false;
  #crashes = 0;
  #guarded: readonly number[] = [];
  #settleReady: { resolve: () => void; reject: (error: Error) => void };

  private constructor(options: ProxyProcessOptions) {
    this.#options = options;
    this.logPath = join(options.folder, 'proxy.log');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#settleReady = { resolve, reject };
  }

  static async start(options: ProxyProcessOptions): Promise<ProxyProcess> {
    const { api, bootstrap, folder } = options;
    const start = api === undefined ? undefined : await askProxyConfig(api, bootstrap.identity);
    await mkdir(folder, { recursive: true });
    const text = JSON.stringify(writeBootstrap({ ...bootstrap, start }), null, 2);
    await writeFile(join(folder, 'bootstrap.json'), `${text}\n`);
    const proxy = new ProxyProcess({ ...options, env: { ...options.env, ...start?.environment } });
    await proxy.#spawn('w');
    return proxy;
  }

  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /** Makes the proxy end these process groups should this process vanish. */
  guard(groups: readonly number[]): void {
    this.#guarded = groups;
    this.#tell();
  }

  signal(signal: NodeJS.Signals): void {
    this.#current?.signal(signal);
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#restart?.cancel();
    await this.#current?.stop(this.#options.clock, graceMs);
  }

  async #spawn(flags: 'w' | 'a'): Promise<void> {
    const log = await open(this.logPath, flags, 0o600);
    const startedAt = this.#options.clock.monotonic();
    const child = new ManagedProcess(
      process.execPath,
      [...PROXY_FLAGS, PROXY_ENTRY, join(this.#options.folder, 'bootstrap.json'), this.#options.version],
      { env: { ...PROXY_ENV, ...this.#options.env }, stdio: ['ignore', log.fd, log.fd, 'ipc'] },
    );
    await log.close();
    this.#current = child;
    this.#options.onSpawn(child);
    let failure = '';
    child.child.on('message', (message) => {
      if (!isFromProxy(message)) return;
      if (message.type === 'ready') this.#settleReady.resolve();
      else failure = message.message;
    });
    this.#tell();
    void child.exited.then((status) => {
      if (this.#stopping) return;
      this.#crashes++;
      if (failure === '' && this.#crashes >= GIVE_UP_AFTER) {
        failure = `it ended ${this.#crashes} times, the last time with exit code ${status.code}`;
      }
      if (failure !== '')
        this.#settleReady.reject(
          new Failure('failure', `the proxy cannot start: ${failure}`, `its log is ${this.logPath}`),
        );
      this.#scheduleRestart(status, this.#options.clock.monotonic() - startedAt);
    });
  }

  #scheduleRestart(status: ExitStatus, livedMs: number): void {
    if (livedMs >= GOOD_START_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const backoffMs = this.#backoffMs;
    this.#backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
    this.#options.onCrash(status, backoffMs, this.logPath);
    this.#restart = this.#options.clock.after(backoffMs, () => {
      this.#spawn('a').catch((error: unknown) => {
        this.#settleReady.reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  #tell(): void {
    const message: ToProxy = { type: 'guard', groups: this.#guarded };
    // A proxy that has just died cannot be told; its successor is, when it starts.
    if (this.#current?.child.connected === true) this.#current.child.send(message, () => undefined);
  }
}
