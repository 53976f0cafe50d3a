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
import { runProxy } from './run-proxy.ts';

const USAGE =
  'usage: node packages/proxy/src/main.ts --config bootstrap.json [--log-level debug|info|warn|error|off] [--drain-time SECONDS]';

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

interface Settings {
  readonly bootstrap: Bootstrap;
  readonly level: LogLevel;
  readonly drainMs: number;
}

function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, 'log-level': { type: 'string' }, 'drain-time': { type: 'string' } },
  });
  if (values.config === undefined) refuse(USAGE);
  const level = LOG_LEVELS.find((candidate) => candidate === (values['log-level'] ?? 'info'));
  if (level === undefined) refuse(`unknown log level ${JSON.stringify(values['log-level'])}\n${USAGE}`);
  const drainMs = Number(values['drain-time'] ?? '45') * 1000;
  if (!Number.isFinite(drainMs) || drainMs < 0)
    refuse(`--drain-time ${JSON.stringify(values['drain-time'])} is not a number of seconds\n${USAGE}`);
  return { bootstrap: readBootstrap(values.config), level, drainMs };
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

/** Serves as `args` say until SIGTERM or SIGINT; ends the process with 2 when they are wrong. */
export function serveCommandLine(args: readonly string[], environment: (name: string) => string | undefined): void {
  const { bootstrap, level, drainMs } = readSettings(args);
  const logControl: LogControl = { level };
  const logger = textLogger((line) => process.stderr.write(line), systemClock, logControl);
  const stop = (why: string): void => {
    logger.info('draining', { why, atMostMs: drainMs });
    proxy.drain(drainMs).then(
      () => process.exit(0),
      (error: Error) => refuse(error.message),
    );
  };
  const proxy = runProxy(bootstrap, {
    clock: systemClock,
    random: systemRandom(),
    logger,
    logControl,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    version: '0.1.0',
    quit: () => stop('the admin interface'),
    environment,
  });
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  proxy.ready.catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
