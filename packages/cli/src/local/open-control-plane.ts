import { type LogLevel, textLogger } from '@weft/base';
import { AddressInUseError, type ControlPlane, type StoreOptions, startControlPlane } from '@weft/control-plane';
import type { CliContext } from '../command/context.ts';
import { Failure } from '../command/failure.ts';
import { weftVersion } from '../command/version.ts';
import { portOwner } from './port-owner.ts';

export interface ControlPlanePlan {
  readonly store: StoreOptions;
  readonly host: string;
  readonly xdsPort: number;
  readonly apiPort: number;
  /** Undefined: metrics are served by the API only. */
  readonly metricsPort: number | undefined;
  readonly logLevel: LogLevel;
  /** A Consul agent's HTTP API; undefined: none. */
  readonly consul?: { readonly url: string; readonly token: string | undefined } | undefined;
}

/** Starts a control plane in this process; a port that is taken becomes a Failure that names its holder and the way out. */
export async function openControlPlane(plan: ControlPlanePlan, cli: CliContext): Promise<ControlPlane> {
  const { host } = plan;
  try {
    return await startControlPlane(
      {
        store: plan.store,
        xds: { host, port: plan.xdsPort },
        api: { host, port: plan.apiPort },
        ...(plan.consul !== undefined && { consul: plan.consul }),
        ...(plan.metricsPort !== undefined && { metrics: { host, port: plan.metricsPort } }),
      },
      {
        clock: cli.clock,
        logger: textLogger((line) => cli.err.write(line), cli.clock, { level: plan.logLevel }),
        version: weftVersion(),
      },
    );
  } catch (error) {
    if (!(error instanceof AddressInUseError)) throw error;
    const owner = await portOwner(error.host, error.port, cli.platform);
    const who = owner === undefined ? 'another process' : `process ${owner.pid}: ${owner.command.slice(0, 160)}`;
    throw new Failure(
      'portTaken',
      `port ${error.port} for the control plane (${error.option}) is taken by ${who}`,
      `choose another with --${error.option}-port <port> or --port-offset <number>`,
    );
  }
}
