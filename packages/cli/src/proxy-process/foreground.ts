import type { LogLevel } from '@weft/base';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure, messageOf } from '../command/failure.ts';
import { weftVersion } from '../command/version.ts';
import { Shutdown } from '../local/shutdown.ts';
import { serveProxy } from './serve-proxy.ts';

export interface ForegroundOptions {
  readonly bootstrapPath: string | undefined;
  readonly drainMs: number;
  readonly logLevel: LogLevel;
}

/** Serves until a signal, then drains. The second signal ends at once. */
export async function runForegroundProxy(options: ForegroundOptions, cli: CliContext): Promise<number> {
  const { bootstrapPath } = options;
  if (bootstrapPath === undefined) throw new Failure('usage', 'which bootstrap file?', 'weft proxy --bootstrap FILE');
  using shutdown = new Shutdown(cli);
  const logControl = { level: options.logLevel };
  const { proxy, logger } = await serveProxy({ bootstrapPath, version: weftVersion(), logControl }).catch(
    (error: unknown) => {
      throw new Failure('invalidConfig', messageOf(error));
    },
  );
  await shutdown.race(proxy.ready);
  logger.info('ready', { listeners: proxy.listeners().length, admin: adminOf(proxy.adminAddress) });
  await shutdown.stopped;
  logger.info('draining', { deadlineMs: options.drainMs });
  await Promise.race([proxy.drain(options.drainMs), secondSignal(cli)]);
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
