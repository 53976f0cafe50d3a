import { readFileSync } from 'node:fs';
import { formatIssue, type LogControl, type Logger, systemClock, systemRandom, textLogger } from '@weft/base';
import {
  announceReady,
  concurrencyOf,
  type Proxy as DataPlane,
  decodeBootstrap,
  handoverOfProcess,
  loadOnDemandParts,
  processRestart,
  runProxy,
} from '@weft/proxy';

export interface ServeOptions {
  readonly bootstrapPath: string;
  readonly version: string;
  readonly logControl: LogControl;
  /** Threads that serve; undefined leaves it to the bootstrap. */
  readonly concurrency?: number | undefined;
  /** How this process is replaced by a successor; without it somebody else has to. */
  readonly hotRestart?: HotRestartOptions;
  /** The file that keeps accepted configuration for a start without the control plane. */
  readonly lastGoodPath?: string;
}

export interface HotRestartOptions {
  /** How long connections are left to end by themselves. */
  readonly drainMs: number;
  /** A successor serves on the same sockets. */
  readonly onReplaced: () => void;
}

export interface ServedProxy {
  readonly proxy: DataPlane;
  readonly logger: Logger;
}

/** Reads an Envoy bootstrap file (JSON or YAML) and starts the data plane from it. Every issue of the file is in the error. */
export async function serveProxy(options: ServeOptions): Promise<ServedProxy> {
  // Not node:fs/promises: it brings the REPL's line editor into the memory of every sidecar.
  const text = readFileSync(options.bootstrapPath, 'utf8');
  const parsed = await parseBootstrap(options.bootstrapPath, text);
  return start(parsed, options);
}

/** Loads everything a proxy loads, without serving: what it leaves behind is a filled compile cache. */
export async function loadProxy(): Promise<void> {
  const node = { id: 'sidecar~127.0.0.1~warm-up.default~default.svc.cluster.local' };
  const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } };
  const { proxy } = start({ node, admin }, { bootstrapPath: 'warm-up', version: '', logControl: { level: 'off' } });
  await proxy.ready;
  await loadOnDemandParts();
}

function start(bootstrap: unknown, options: ServeOptions): ServedProxy {
  const decoded = decodeBootstrap(bootstrap);
  if (!decoded.ok) {
    throw new Error(`${options.bootstrapPath} is no usable bootstrap:\n${decoded.issues.map(formatIssue).join('\n')}`);
  }
  const logger = textLogger((line) => void process.stderr.write(line), systemClock, options.logControl);
  const { hotRestart } = options;
  const handover = handoverOfProcess(process.env);
  const restart =
    hotRestart === undefined
      ? undefined
      : processRestart({
          handover,
          environment: process.env,
          proxy: () => proxy,
          clock: systemClock,
          logger,
          onReplaced: hotRestart.onReplaced,
        });
  const proxy = runProxy(
    decoded.value,
    {
      clock: systemClock,
      random: systemRandom(),
      logger,
      logControl: options.logControl,
      stdout: (line) => void process.stdout.write(line),
      stderr: (line) => void process.stderr.write(line),
      version: options.version,
      quit: () => void process.kill(process.pid, 'SIGTERM'),
      ...(restart === undefined ? {} : { restart: () => restart.start() }),
      environment: (name) => process.env[name],
    },
    {
      concurrency: options.concurrency ?? concurrencyOf(decoded.value),
      lastGoodPath: options.lastGoodPath,
      ...(hotRestart === undefined ? {} : { drainTimeMs: hotRestart.drainMs, handover }),
    },
  );
  // As Envoy does: whoever rotates access logs says so by this signal.
  process.on('SIGUSR1', () => proxy.reopenLogs());
  if (restart !== undefined) {
    process.on('SIGUSR2', () => restart.start());
    // Who waits for `ready` hears of a failure; here it only means that there is nothing to announce.
    proxy.ready.then(
      () => announceReady(handover),
      () => undefined,
    );
  }
  return { proxy, logger };
}

/** The YAML parser is loaded for YAML only: it would stay in the memory of every sidecar. */
async function parseBootstrap(path: string, text: string): Promise<unknown> {
  if (path.endsWith('.json')) return JSON.parse(text);
  const { parse } = await import('yaml');
  return parse(text);
}
