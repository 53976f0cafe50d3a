import { hasErrors } from '@weft/base';
import type { ControlPlane } from '@weft/control-plane';
import { type UnenforcedIssue, unenforced } from '@weft/translate';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { readInputs } from '../command/read-input.ts';
import { type LoadedConfig, loadConfig } from '../config-files/load-config.ts';
import { type DemoPorts, HOST, wantedPorts } from '../demo/demo-ports.ts';
import { requireUsableFiles } from '../local/config-files.ts';
import type { ConsulChoice } from '../local/consul-option.ts';
import { requireFreePorts, type WantedPort } from '../local/free-port.ts';
import { gatewayEntryOf, type LocalGateway } from '../local/gateway.ts';
import { openControlPlane } from '../local/open-control-plane.ts';
import { runFolder } from '../local/run-folder.ts';
import { Shutdown } from '../local/shutdown.ts';
import { startGateway } from '../local/start-gateway.ts';
import { formatDiagnostics } from '../output/diagnostics.ts';
import { narrate } from '../output/narrate.ts';
import { paint } from '../output/paint.ts';
import { sourceLines } from '../output/source-lines.ts';
import { planGateways } from './gateway-plan.ts';
import { describeUnenforced, watchUnenforced } from './unenforced.ts';

export interface UpOptions {
  readonly folders: readonly string[];
  readonly ports: DemoPorts;
  readonly gateways: boolean;
  readonly allowUnenforced: boolean;
  readonly consul: ConsulChoice | undefined;
  /** Threads of each gateway; undefined for the default. */
  readonly concurrency: number | undefined;
}

const DRAIN_MS = 6000;

/** Checks the configuration, then serves it with its gateways until a signal. */
export async function runUp(options: UpOptions, cli: CliContext): Promise<number> {
  const loaded = loadConfig(await readInputs(options.folders, cli));
  if (hasErrors(loaded.issues)) throw new ConfigFailure(loaded.issues, loaded.texts);
  if (loaded.issues.length > 0) cli.err.write(formatDiagnostics(loaded.issues, sourceLines(), cli.err));
  const missing = unenforced(loaded.resources);
  cli.err.write(describeUnenforced(missing, cli));
  if (!options.allowUnenforced) refuseMissingSecurity(missing);
  const gateways = options.gateways ? plan(loaded, options.ports) : [];
  await requireFreePorts(portsOf(options.ports, gateways), cli.platform);
  using shutdown = new Shutdown(cli);
  await using stack = new AsyncDisposableStack();
  const { xds: xdsPort, api: apiPort } = options.ports;
  const store = { folders: options.folders };
  const controlPlane = await openControlPlane(
    { store, host: HOST, xdsPort, apiPort, metricsPort: undefined, logLevel: 'error', consul: options.consul },
    cli,
  );
  stack.use(controlPlane);
  requireUsableFiles(controlPlane);
  await serve({ options, loaded, gateways, missing, controlPlane, shutdown, stack }, cli);
  return EXIT.ok.code;
}

function plan(loaded: LoadedConfig, ports: DemoPorts): readonly LocalGateway[] {
  return planGateways(loaded.resources, {
    address: HOST,
    offset: ports.offset,
    httpPort: ports.gateway,
    firstPorts: ports.gatewayProxy,
  });
}

function refuseMissingSecurity(missing: readonly UnenforcedIssue[]): void {
  const security = missing.filter((issue) => issue.security);
  if (security.length === 0) return;
  const named = [...new Set(security.map((issue) => issue.resource ?? issue.at))].join(', ');
  throw new Failure(
    'unenforced',
    `not started, because these security policies would not be enforced: ${named}`,
    'with --allow-unenforced it starts without them: everything they forbid is then allowed',
  );
}

/** The control plane's ports, those of the first gateway when there is one, and what each gateway binds for sure. */
function portsOf(ports: DemoPorts, gateways: readonly LocalGateway[]): readonly WantedPort[] {
  const fixed = wantedPorts(ports);
  if (gateways.length === 0) return fixed.filter((wanted) => wanted.port === ports.xds || wanted.port === ports.api);
  const others = gateways.slice(1).map((gateway) => ({
    host: gateway.address,
    port: gateway.ports.adminPort,
    use: `the admin interface of ${gateway.name}`,
    option: '--port-offset <number>',
  }));
  return [...fixed, ...others];
}

interface Serving {
  readonly options: UpOptions;
  readonly loaded: LoadedConfig;
  readonly gateways: readonly LocalGateway[];
  readonly missing: readonly UnenforcedIssue[];
  readonly controlPlane: ControlPlane;
  readonly shutdown: Shutdown;
  readonly stack: AsyncDisposableStack;
}

async function serve(serving: Serving, cli: CliContext): Promise<void> {
  const { options, loaded, gateways, controlPlane, shutdown, stack } = serving;
  const entries = gateways.map((gateway) => ({ type: 'put' as const, object: { ...gatewayEntryOf(gateway) } }));
  controlPlane.store.transact(entries);
  const folder = await runFolder(`up-${controlPlane.apiAddress.port}`, cli.env);
  const { host, port } = controlPlane.apiAddress;
  const api = `http://${host}:${port}`;
  const start = { xds: controlPlane.xdsAddress, api, folder, shutdown, concurrency: options.concurrency };
  const proxies = await Promise.all(gateways.map((gateway) => startGateway(gateway, start, cli)));
  stack.defer(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop(DRAIN_MS)));
  });
  const ready = Promise.all(proxies.map((proxy) => proxy.ready)).then(() => true);
  // Said before they are ready: a gateway waits up to 15 s for a Secret that nobody has applied.
  cli.out.write(describeRunning(loaded, gateways, controlPlane, cli));
  if (!(await Promise.race([ready, shutdown.stopped.then(() => false)]))) return;
  if (proxies.length > 0) cli.out.write(`${paint(cli.out, 'green', '✓')} every gateway is ready\n`);
  stack.defer(narrate(controlPlane, cli.out, cli.cwd));
  stack.defer(watchUnenforced(controlPlane, options.folders, serving.missing, cli));
  await shutdown.stopped;
}

function describeRunning(
  loaded: LoadedConfig,
  gateways: readonly LocalGateway[],
  controlPlane: ControlPlane,
  cli: CliContext,
): string {
  const { apiAddress, xdsAddress } = controlPlane;
  const lines = gateways.map((gateway) => {
    const ports = [...gateway.portMap].map(([from, to]) => `${from} → ${gateway.address}:${to}`).join(', ');
    return `gateway   ${gateway.name}: ${ports}\n`;
  });
  return [
    `${paint(cli.out, 'green', '✓')} up with ${loaded.resources.length} objects\n`,
    ...lines,
    `API       http://${apiAddress.host}:${apiAddress.port}   xDS ${xdsAddress.host}:${xdsAddress.port}\n`,
    'files are watched; `weft run` adds workloads; Ctrl-C stops\n',
  ].join('');
}
