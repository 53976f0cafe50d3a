import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { certificateFiles } from '../local/certificate-files.ts';
import { requireFreePorts } from '../local/free-port.ts';
import { gatewayPorts, type LocalGateway, mapGatewayPorts } from '../local/gateway.ts';
import { runFolder } from '../local/run-folder.ts';
import { Shutdown } from '../local/shutdown.ts';
import { startGateway } from '../local/start-gateway.ts';

export interface GatewayOptions {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly xds: { readonly host: string; readonly port: number };
  readonly httpPort: number | undefined;
  readonly offset: number;
  readonly concurrency: number | undefined;
  /** A folder with the gateway's certificate; undefined: it has none of the mesh. */
  readonly certificates: string | undefined;
}

const DRAIN_MS = 6000;

/** Runs one gateway proxy until a signal, and again whenever it crashes. */
export async function runGateway(options: GatewayOptions, cli: CliContext): Promise<number> {
  const certificates = await certificateFiles(options.certificates, options.namespace);
  const gateway: LocalGateway = {
    ...options,
    ports: gatewayPorts(options.offset),
    portMap: mapGatewayPorts([], { offset: options.offset, http: options.httpPort }),
  };
  await requireFreePorts(
    [
      { host: options.address, port: gateway.portMap.get(80) ?? 0, use: 'the gateway', option: '--http-port <port>' },
      {
        host: options.address,
        port: gateway.ports.adminPort,
        use: 'its admin interface',
        option: '--port-offset <number>',
      },
    ],
    cli.platform,
  );
  using shutdown = new Shutdown(cli);
  const folder = await runFolder(`gateways-${gateway.ports.adminPort}`, cli.env);
  const proxy = await startGateway(
    gateway,
    { xds: options.xds, folder, shutdown, concurrency: options.concurrency, certificates },
    cli,
  );
  cli.err.write(`waiting for configuration from ${options.xds.host}:${options.xds.port}; log: ${proxy.logPath}\n`);
  const live = await Promise.race([proxy.ready.then(() => true), shutdown.stopped.then(() => false)]);
  if (live) cli.out.write(`ready; admin http://${options.address}:${gateway.ports.adminPort}\n`);
  await shutdown.stopped;
  await proxy.stop(DRAIN_MS);
  return EXIT.ok.code;
}
