import { formatDurationMs } from '@weft/base';
import type { ControlPlane } from '@weft/control-plane';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { weftVersion } from '../command/version.ts';
import { requireUsableFiles } from '../local/config-files.ts';
import { requireFreePorts } from '../local/free-port.ts';
import { openControlPlane } from '../local/open-control-plane.ts';
import { runFolder } from '../local/run-folder.ts';
import { Shutdown } from '../local/shutdown.ts';
import { warmUpProxies } from '../local/warm-up.ts';
import { narrate } from '../output/narrate.ts';
import { paint } from '../output/paint.ts';
import { Progress } from '../output/progress.ts';
import { watchUnenforced } from '../up/unenforced.ts';
import { type DemoPorts, wantedPorts } from './demo-ports.ts';
import { firstAnswer } from './first-answer.ts';
import { describeReady, describeTry } from './guide.ts';
import { listenToKeys } from './keys.ts';
import { LoadGenerator } from './load-generator.ts';
import { reportSplit } from './report-split.ts';
import { startShop } from './start-shop.ts';

export interface DemoOptions {
  /** The folder with the configuration; watched. */
  readonly config: string;
  readonly ports: DemoPorts;
  /** Requests a second; 0 starts without load. */
  readonly load: number;
}

/** The load that key `l` switches on when the demo started without any. */
const USUAL_LOAD = 20;
const LOAD_TARGET = { host: 'api.example.com', path: '/orders' };
const DRAIN_MS = 3000;

/** Starts the whole demo, serves until it is told to stop, and stops everything it started. */
export async function runDemo(options: DemoOptions, cli: CliContext): Promise<number> {
  const startedAt = cli.clock.monotonic();
  const progress = new Progress(cli.err, cli.clock);
  await requireFreePorts(wantedPorts(options.ports), cli.platform);
  using shutdown = new Shutdown(cli);
  const warmedUp = warmUpProxies(cli.env);
  try {
    await using stack = new AsyncDisposableStack();
    const controlPlane = await openControlPlane(
      {
        store: { folders: [options.config] },
        host: '127.0.0.1',
        xdsPort: options.ports.xds,
        apiPort: options.ports.api,
        metricsPort: undefined,
        logLevel: 'error',
      },
      cli,
    );
    stack.use(controlPlane);
    requireUsableFiles(controlPlane);
    progress.step('control plane', `${controlPlane.store.list().objects.length} objects from ${options.config}`);
    await serveShop(options, { cli, controlPlane, shutdown, warmedUp, progress, stack, startedAt });
  } catch (error) {
    // Stopping while still starting makes waits fail; that is what was asked for.
    if (!shutdown.requested) throw error;
  }
  return EXIT.ok.code;
}

interface Stage {
  readonly cli: CliContext;
  readonly controlPlane: ControlPlane;
  readonly shutdown: Shutdown;
  readonly warmedUp: Promise<void>;
  readonly progress: Progress;
  readonly stack: AsyncDisposableStack;
  readonly startedAt: number;
}

async function serveShop(options: DemoOptions, stage: Stage): Promise<void> {
  const { cli, controlPlane, shutdown, warmedUp, progress, stack } = stage;
  const folder = await runFolder(`demo-${options.ports.gateway}`, cli.env);
  const shop = await startShop(
    { controlPlane, ports: options.ports, folder, shutdown, warmedUp, progress, version: weftVersion() },
    cli,
  );
  stack.defer(() => shop.stop(DRAIN_MS));
  await shutdown.race(shop.ready);
  await shutdown.race(firstAnswer({ port: options.ports.gateway, ...LOAD_TARGET }, cli.clock));
  const took = formatDurationMs(Math.round(cli.clock.monotonic() - stage.startedAt));
  progress.end(`serving after ${took}`);

  const load = new LoadGenerator(
    cli.clock,
    { port: options.ports.gateway, ...LOAD_TARGET },
    options.load || USUAL_LOAD,
  );
  stack.defer(() => load.close());
  cli.out.write(describeReady({ ...options, processes: shop.processes, controlPlane, folder }, cli.out));
  cli.out.write(describeTry(options, cli.out));
  if (options.load > 0) load.start();
  stack.defer(narrate(controlPlane, cli.out, cli.cwd));
  stack.defer(watchUnenforced(controlPlane, [options.config], [], cli));
  stack.defer(reportSplit(controlPlane, load, cli));
  stack.defer(listenToKeys(cli, { load, stop: () => shutdown.request('SIGINT') }));
  await shutdown.stopped;
  cli.out.write(`\n${paint(cli.out, 'cyan', '→')} stopping ${shop.processes.length} processes\n`);
}
