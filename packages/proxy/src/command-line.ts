/** What `main.ts` does once the process is set up: options, bootstrap file, signals. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  formatIssue,
  LOG_LEVELS,
  type LogControl,
  type LogLevel,
  systemClock,
  systemRandom,
  textLogger,
} from '@weft/base';
import type { Bootstrap } from './bootstrap/bootstrap.ts';
import { decodeBootstrap } from './bootstrap/decode.ts';
import { concurrencyOf, readConcurrency } from './concurrency.ts';
import {
  announceReady,
  handoverOfProcess,
  type ProcessEnvironment,
  processRestart,
} from './handover/replace-process.ts';
import { runProxy } from './run-proxy.ts';

const USAGE =
  'usage: node packages/proxy/src/main.ts --config bootstrap.json [--log-level debug|info|warn|error|off]\n' +
  '  [--concurrency THREADS|auto] [--drain-time SECONDS] [--drain-time-s SECONDS] [--parent-shutdown-time-s SECONDS]';

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

interface Settings {
  readonly bootstrap: Bootstrap;
  /** Where accepted configuration is kept: beside the bootstrap file. */
  readonly lastGoodPath: string;
  readonly level: LogLevel;
  /** How long requests in flight may take when the process is told to end. */
  readonly endMs: number;
  /** How long a graceful drain lets connections end by themselves. */
  readonly drainMs: number;
  /** When a process that was replaced ends whatever is still open. */
  readonly shutdownMs: number;
  readonly concurrency: number;
}

function readSeconds(name: string, value: string): number {
  const ms = Number(value) * 1000;
  if (value === '' || !Number.isFinite(ms) || ms < 0)
    refuse(`--${name} ${JSON.stringify(value)} is not a number of seconds\n${USAGE}`);
  return ms;
}

function readSettings(args: readonly string[]): Settings {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: text,
      'log-level': text,
      concurrency: text,
      'drain-time': { ...text, default: '45' },
      'drain-time-s': { ...text, default: '10' },
      'parent-shutdown-time-s': { ...text, default: '60' },
    },
  });
  if (values.config === undefined) refuse(USAGE);
  const level = LOG_LEVELS.find((candidate) => candidate === (values['log-level'] ?? 'info'));
  if (level === undefined) refuse(`unknown log level ${JSON.stringify(values['log-level'])}\n${USAGE}`);
  const bootstrap = readBootstrap(values.config);
  const concurrency = values.concurrency === undefined ? concurrencyOf(bootstrap) : readConcurrency(values.concurrency);
  if (typeof concurrency !== 'number') refuse(`--concurrency ${concurrency.problem}\n${USAGE}`);
  return {
    bootstrap,
    lastGoodPath: `${values.config}.last-good`,
    level,
    concurrency,
    endMs: readSeconds('drain-time', values['drain-time']),
    drainMs: readSeconds('drain-time-s', values['drain-time-s']),
    shutdownMs: readSeconds('parent-shutdown-time-s', values['parent-shutdown-time-s']),
  };
}

function readBootstrap(file: string): Bootstrap {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    refuse(`${file}: cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const bootstrap = decodeBootstrap(parsed);
  if (!bootstrap.ok) refuse(bootstrap.issues.map((issue) => `${file}: ${formatIssue(issue)}`).join('\n'));
  return bootstrap.value;
}

/** Serves as `args` say until SIGTERM or SIGINT; SIGUSR1 opens access logs again, SIGUSR2 replaces the process. Ends it with 2 when the arguments are wrong. */
export function serveCommandLine(args: readonly string[], environment: ProcessEnvironment): void {
  const { bootstrap, lastGoodPath, level, endMs, drainMs, shutdownMs, concurrency } = readSettings(args);
  const handover = handoverOfProcess(environment);
  const logControl: LogControl = { level };
  const logger = textLogger((line) => process.stderr.write(line), systemClock, logControl);
  const endAfter = (work: Promise<void>): void => {
    work.then(
      () => process.exit(0),
      (error: Error) => refuse(error.message),
    );
  };
  const stop = (why: string): void => {
    logger.info('draining', { why, atMostMs: endMs });
    endAfter(proxy.drain(endMs));
  };
  const restart = processRestart({
    handover,
    environment,
    proxy: () => proxy,
    clock: systemClock,
    logger,
    onReplaced: () => endAfter(proxy.retire(drainMs, shutdownMs)),
  });
  const proxy = runProxy(
    bootstrap,
    {
      clock: systemClock,
      random: systemRandom(),
      logger,
      logControl,
      stdout: (text) => process.stdout.write(text),
      stderr: (text) => process.stderr.write(text),
      version: '0.1.0',
      quit: () => stop('the admin interface'),
      restart: () => restart.start(),
      environment: (name) => environment[name],
    },
    { concurrency, drainTimeMs: drainMs, handover, lastGoodPath },
  );
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  process.on('SIGUSR1', () => proxy.reopenLogs());
  process.on('SIGUSR2', () => restart.start());
  proxy.ready.then(
    () => announceReady(handover),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  );
}
