import { join } from 'node:path';
import type { Timer } from '@weft/base';
import { stringify } from 'yaml';
import { ApiClient, type ApiObject } from '../client/api-client.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure, messageOf } from '../command/failure.ts';
import { weftVersion } from '../command/version.ts';
import { addressModeOf, type WorkloadSockets } from '../local/address-plan.ts';
import { type CertificateFiles, certificateFiles, MUTUAL_TLS_LABEL } from '../local/certificate-files.ts';
import { claimAddress } from '../local/claim-address.ts';
import { type ExitStatus, ManagedProcess } from '../local/managed-process.ts';
import { ProxyProcess } from '../local/proxy-process.ts';
import { runFolder } from '../local/run-folder.ts';
import { Shutdown, Stopped } from '../local/shutdown.ts';
import {
  appEnvironment,
  registeredName,
  sidecarIdentity,
  type Workload,
  workloadEntryName,
  workloadEntryOf,
} from '../local/workload.ts';
import { paint } from '../output/paint.ts';
import { describeMember } from './group-workload.ts';
import { chooseServicePort, exposingService, selects } from './service-port.ts';
import { xdsAddressOf } from './xds-address.ts';

export interface RunOptions {
  /** The WorkloadGroup that registers it; undefined: `app` names a Service. */
  readonly group: string | undefined;
  readonly app: string | undefined;
  readonly version: string | undefined;
  readonly namespace: string;
  readonly serviceAccount: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Where the program listens; with a group, its template may say so. */
  readonly port: number | undefined;
  readonly servicePort: number | undefined;
  readonly protocol: string;
  readonly expose: boolean;
  /** The sidecar answers DNS. */
  readonly dns: boolean;
  readonly readyTimeoutMs: number;
  readonly xds: { readonly host: string; readonly port: number } | undefined;
  /** A folder with the workload's certificate; undefined: the sidecar speaks plain text. */
  readonly certificates: string | undefined;
  /** Threads of the sidecar; undefined for the default. */
  readonly concurrency: number | undefined;
  readonly server: string;
  readonly command: string;
  readonly args: readonly string[];
}

const APP_GRACE_MS = 10_000;
const SIDECAR_GRACE_MS = 6000;
const LEAVE_TIMEOUT_MS = 1000;

/** Runs the program with its sidecar; returns the program's exit code. */
export async function runWorkload(options: RunOptions, cli: CliContext): Promise<number> {
  const api = new ApiClient(options.server);
  const say = (text: string): void => cli.err.write(`${paint(cli.err, 'cyan', 'weft:')} ${text}\n`);
  const { group } = options;
  const certificates = await certificateFiles(options.certificates, options.namespace);
  const described =
    group === undefined ? await describeWorkload(options, api, say) : await describeMember({ ...options, group }, api);
  const workload = certificates === undefined ? described : withIdentity(described, certificates, options);
  const xds = options.xds ?? (await xdsAddressOf(api));
  using shutdown = new Shutdown(cli);
  await using claim = await claimAddress(addressModeOf(cli.platform, cli.env));
  const { sockets } = claim;
  if (options.dns && sockets.mode === 'ports') {
    throw new Failure('usage', '--dns needs an address for each workload, which only Linux has', 'leave --dns out');
  }
  const entries = `/apis/networking.istio.io/v1/namespaces/${workload.namespace}/workloadentries`;
  const registered = await registration(workload, sockets, api, entries);
  const leave = once(async () => unregister(api, `${entries}/${registered}`, say));
  try {
    await using stack = new AsyncDisposableStack();
    const sidecar = await startSidecar(workload, sockets, xds, { options, shutdown, certificates, say }, cli);
    stack.defer(() => sidecar.stop(SIDECAR_GRACE_MS));
    // Disposal runs backwards: callers stop being sent here before the sidecar goes.
    stack.defer(leave);
    await untilReady(sidecar, options, shutdown, cli);
    // The control plane registers a member when its sidecar connects; what follows from that comes after the first configuration.
    if (group !== undefined) await api.wait(undefined, options.readyTimeoutMs);
    say(
      `${registered} is registered at ${sockets.address}; sidecar pid ${sidecar.pid}, sidecar log: ${sidecar.logPath}`,
    );
    return exitCodeOf(await runProgram({ options, workload, sockets, sidecar, shutdown, leave }, cli), options);
  } catch (error) {
    if (error instanceof Stopped) return EXIT.interrupted.code;
    throw error;
  }
}

/** The same promise for every call. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}

/** Registers the workload unless its group does; returns the name of its WorkloadEntry either way. */
async function registration(
  workload: Workload,
  sockets: WorkloadSockets,
  api: ApiClient,
  path: string,
): Promise<string> {
  if (workload.membership !== undefined) return registeredName(workload.membership.group, workload, sockets);
  const entry = workloadEntryOf(workload, sockets);
  await register(api, path, entry);
  return entry.metadata.name;
}

/** The workload is who its certificate says, and callers learn that it takes the mesh's TLS. */
function withIdentity(workload: Workload, { identity, chain }: CertificateFiles, options: RunOptions): Workload {
  const { serviceAccount } = options;
  if (serviceAccount !== undefined && serviceAccount !== identity.serviceAccount) {
    const hint = `leave --service-account out, or use a certificate for ${serviceAccount}`;
    throw new Failure('usage', `the certificate in ${chain} is for service account ${identity.serviceAccount}`, hint);
  }
  return {
    ...workload,
    serviceAccount: identity.serviceAccount,
    labels: { ...workload.labels, ...MUTUAL_TLS_LABEL },
  };
}

/** Finds the Service, or says what to apply, or creates it with `--expose`. */
async function describeWorkload(options: RunOptions, api: ApiClient, say: (text: string) => void): Promise<Workload> {
  const { port, namespace } = options;
  const app = options.app ?? '';
  const version = options.version ?? 'v1';
  if (app === '') throw new Failure('usage', 'which service does the program belong to?', '--name orders');
  if (!port) throw new Failure('usage', 'where does the program listen?', '--port 8080');
  const labels = { ...options.labels, app, version };
  const path = `/api/v1/namespaces/${options.namespace}/services`;
  const { items } = await api.get<{ readonly items: readonly ApiObject[] }>(path);
  let service = items.find((item) => item.metadata.name === app) ?? items.find((item) => selects(item, labels));
  if (service === undefined) {
    const wanted = exposingService({ ...options, app, port });
    if (!options.expose) {
      const hint = `add --expose, or apply it yourself:\n\n${stringify(wanted)}`;
      throw new Failure('notFound', `there is no Service ${namespace}/${app} that selects this workload`, hint);
    }
    service = await api.create(path, wanted);
    say(`created Service ${namespace}/${app}`);
  }
  return {
    app,
    version,
    namespace,
    serviceAccount: options.serviceAccount ?? app,
    labels: options.labels,
    ports: [chooseServicePort(service, { ...options, port })],
  };
}

/** The claim makes the name unique on this machine; one that is there is left over from a run that was killed a moment ago. */
async function register(api: ApiClient, path: string, entry: ReturnType<typeof workloadEntryOf>): Promise<void> {
  try {
    await api.create(path, entry);
  } catch (error) {
    if (!(error instanceof Failure && error.exit === 'conflict')) throw error;
    await api.delete(`${path}/${entry.metadata.name}`);
    await api.create(path, entry);
  }
}

/** Removes the registration and gives the proxies a moment to take it in. */
async function unregister(api: ApiClient, path: string, say: (text: string) => void): Promise<void> {
  try {
    await api.delete(path);
    await api.wait(undefined, LEAVE_TIMEOUT_MS);
  } catch (error) {
    if (error instanceof Failure && error.exit === 'notFound') return;
    say(
      `could not remove the registration (${messageOf(error)}); the control plane removes it when it misses the sidecar`,
    );
  }
}

async function startSidecar(
  workload: Workload,
  sockets: WorkloadSockets,
  xds: { readonly host: string; readonly port: number },
  {
    options,
    shutdown,
    certificates,
    say,
  }: Pick<Running, 'options' | 'shutdown'> & {
    readonly certificates: CertificateFiles | undefined;
    readonly say: (text: string) => void;
  },
  cli: CliContext,
): Promise<ProxyProcess> {
  return ProxyProcess.start({
    bootstrap: {
      identity: sidecarIdentity(workload, sockets),
      ports: sockets,
      mode: sockets.mode,
      xds,
      concurrency: options.concurrency,
      dns: options.dns,
      certificates,
    },
    api: options.server,
    folder: join(await runFolder('workloads', cli.env), workloadEntryName(workload, sockets)),
    version: weftVersion(),
    env: cli.env,
    clock: cli.clock,
    onSpawn: (child) => shutdown.add(child),
    onCrash: (status, backoffMs, log) =>
      say(`the sidecar ended with exit code ${status.code}; starting it again in ${backoffMs} ms; its log: ${log}`),
  });
}

async function untilReady(
  sidecar: ProxyProcess,
  options: RunOptions,
  shutdown: Shutdown,
  cli: CliContext,
): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = cli.clock.after(options.readyTimeoutMs, () => {
    const message = `the sidecar was not ready after ${options.readyTimeoutMs / 1000} s; its log is ${sidecar.logPath}`;
    late.reject(
      new Failure(
        'timeout',
        message,
        'does the control plane answer? `weft proxy-status` shows what the sidecar holds',
      ),
    );
  });
  try {
    await shutdown.race(Promise.race([sidecar.ready, late.promise]));
  } finally {
    timer.cancel();
  }
}

interface Running {
  readonly options: RunOptions;
  readonly workload: Workload;
  readonly sockets: WorkloadSockets;
  readonly sidecar: ProxyProcess;
  readonly shutdown: Shutdown;
  readonly leave: () => Promise<void>;
}

async function runProgram(
  { options, workload, sockets, sidecar, shutdown, leave }: Running,
  cli: CliContext,
): Promise<ExitStatus> {
  const program = new ManagedProcess(options.command, options.args, {
    env: appEnvironment(workload, sockets, cli.env),
    cwd: cli.cwd,
    stdio: 'inherit',
  });
  shutdown.add(program);
  sidecar.guard(program.pid === undefined ? [] : [program.pid]);
  let killer: Timer | undefined;
  void shutdown.stopped.then(async (signal) => {
    await leave();
    program.signal(signal);
    killer = cli.clock.after(APP_GRACE_MS, () => program.signal('SIGKILL'));
  });
  const status = await program.exited;
  killer?.cancel();
  // What the program left behind in its process group ends with it.
  await program.stop(cli.clock, 0);
  sidecar.guard([]);
  return status;
}

function exitCodeOf(status: ExitStatus, options: RunOptions): number {
  if (status.error === undefined) return status.code;
  throw new Failure('commandNotFound', `cannot start ${options.command}: ${messageOf(status.error)}`);
}
