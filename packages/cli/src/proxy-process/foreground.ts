import type { LogLevel } from '@weft/base';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure, messageOf } from '../command/failure.ts';
import { weftVersion } from '../command/version.ts';
import { Shutdown } from '../local/shutdown.ts';
import { serveProxy } from './serve-proxy.ts';

export interface ForegroundOptions {
  readonly bootstrapPath: string | undefined;
  /** How long requests in flight may take after a signal. */
  readonly drainMs: number;
  /** How long connections are left to end by themselves after a hot restart. */
  readonly gracefulMs: number;
  /** When a replaced process ends whatever is still open. */
  readonly parentShutdownMs: number;
  readonly concurrency: number | undefined;
  readonly logLevel: LogLevel;
}

/** Serves until a signal, or until a successor has taken over, then drains. The second signal ends at once. */
export async function runForegroundProxy(options: ForegroundOptions, cli: CliContext): Promise<number> {
  const { bootstrapPath } = options;
  if (bootstrapPath === undefined) throw new Failure('usage', 'which bootstrap file?', 'weft proxy --bootstrap FILE');
  using shutdown = new Shutdown(cli);
  const logControl = { level: options.logLevel };
  const replaced = Promise.withResolvers<'replaced'>();
  const { proxy, logger } = await serveProxy({
    bootstrapPath,
    lastGoodPath: `${bootstrapPath}.last-good`,
    version: weftVersion(),
    logControl,
    concurrency: options.concurrency,
    hotRestart: { drainMs: options.gracefulMs, onReplaced: () => replaced.resolve('replaced') },
  }).catch((error: unknown) => {
    throw new Failure('invalidConfig', messageOf(error));
  });
  await shutdown.race(proxy.ready);
  logger.info('ready', { listeners: proxy.listeners().length, admin: adminOf(proxy.adminAddress) });
  const why = await Promise.race([shutdown.stopped, replaced.promise]);
  const deadlineMs = why === 'replaced' ? options.parentShutdownMs : options.drainMs;
  logger.info('draining', { why, deadlineMs });
  const drained =
    why === 'replaced' ? proxy.retire(options.gracefulMs, options.parentShutdownMs) : proxy.drain(options.drainMs);
  await Promise.race([drained, secondSignal(cli)]);
  return EXIT.ok.code;
}

function adminOf(address: { readonly host: string; readonly port: number } | undefined): string | undefined {
  return address === undefined ? undefined : `${address.host}:${address.port}`;
}

function secondSignal(cli: CliContext): Promise<void> {
  return new Promise((resolve) => {
    cli.onStop(() => resolve());
  });
}
