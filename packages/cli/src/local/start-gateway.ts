import { join } from 'node:path';
import type { CliContext } from '../command/context.ts';
import { messageOf } from '../command/failure.ts';
import { weftVersion } from '../command/version.ts';
import { addressModeOf } from './address-plan.ts';
import type { CertificateFiles } from './certificate-files.ts';
import { gatewayIdentity, type LocalGateway } from './gateway.ts';
import { ProxyProcess } from './proxy-process.ts';
import type { Shutdown } from './shutdown.ts';

export interface GatewayStart {
  readonly xds: { readonly host: string; readonly port: number };
  /** A folder of its own is made below it. */
  readonly folder: string;
  readonly shutdown: Shutdown;
  readonly concurrency?: number | undefined;
  readonly certificates?: CertificateFiles | undefined;
  /** See ProxyProcessOptions. */
  readonly api?: string | undefined;
}

/** Starts a gateway's proxy process. */
export function startGateway(gateway: LocalGateway, start: GatewayStart, cli: CliContext): Promise<ProxyProcess> {
  return ProxyProcess.start({
    bootstrap: {
      identity: gatewayIdentity(gateway),
      ports: gateway.ports,
      mode: addressModeOf(cli.platform, cli.env),
      xds: start.xds,
      concurrency: start.concurrency,
      certificates: start.certificates,
    },
    api: start.api,
    folder: join(start.folder, gateway.name),
    version: weftVersion(),
    env: cli.env,
    clock: cli.clock,
    onSpawn: (child) => start.shutdown.add(child),
    onCrash: (status, backoffMs, logPath) => {
      const why = status.error === undefined ? `exit code ${status.code}` : messageOf(status.error);
      cli.err.write(
        `✗ gateway ${gateway.name} ended (${why}); starting it again in ${backoffMs} ms; its log is ${logPath}\n`,
      );
    },
  });
}
