import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLevel } from '@weft/base';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { requireUsableFiles } from '../local/config-files.ts';
import type { ConsulChoice } from '../local/consul-option.ts';
import { openControlPlane } from '../local/open-control-plane.ts';
import { Shutdown } from '../local/shutdown.ts';
import { narrate } from '../output/narrate.ts';

export interface ControlOptions {
  readonly folders: readonly string[];
  /** The folder of the SQLite file; undefined keeps objects in memory. */
  readonly data: string | undefined;
  readonly host: string;
  readonly xdsPort: number;
  readonly apiPort: number;
  readonly metricsPort: number;
  readonly logLevel: LogLevel;
  readonly consul: ConsulChoice | undefined;
}

/** Serves as a control plane until a signal. */
export async function runControl(options: ControlOptions, cli: CliContext): Promise<number> {
  using shutdown = new Shutdown(cli);
  if (options.data !== undefined) await mkdir(options.data, { recursive: true, mode: 0o700 });
  const backend =
    options.data === undefined
      ? ({ kind: 'memory' } as const)
      : ({ kind: 'sqlite', path: join(options.data, 'weft.db') } as const);
  await using controlPlane = await openControlPlane({ ...options, store: { folders: options.folders, backend } }, cli);
  requireUsableFiles(controlPlane);
  const { apiAddress, xdsAddress, metricsAddress } = controlPlane;
  cli.out.write(`API      http://${apiAddress.host}:${apiAddress.port}\n`);
  cli.out.write(`xDS      ${xdsAddress.host}:${xdsAddress.port}\n`);
  if (metricsAddress !== undefined)
    cli.out.write(`metrics  http://${metricsAddress.host}:${metricsAddress.port}/metrics\n`);
  cli.out.write(
    `objects  ${controlPlane.store.list().objects.length}, kept in ${backend.kind === 'sqlite' ? backend.path : 'memory'}\n`,
  );
  const silence = narrate(controlPlane, cli.out, cli.cwd);
  await shutdown.stopped;
  silence();
  return EXIT.ok.code;
}
