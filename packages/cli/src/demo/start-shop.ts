import { join } from 'node:path';
import type { ControlPlane, StoredObject } from '@weft/control-plane';
import type { CliContext } from '../command/context.ts';
import { messageOf } from '../command/failure.ts';
import { addressModeOf } from '../local/address-plan.ts';
import { type AddressClaim, claimAddress } from '../local/claim-address.ts';
import { freePort } from '../local/free-port.ts';
import { gatewayEntryOf, type LocalGateway, mapGatewayPorts } from '../local/gateway.ts';
import type { ExitStatus } from '../local/managed-process.ts';
import { ProxyProcess } from '../local/proxy-process.ts';
import type { Shutdown } from '../local/shutdown.ts';
import { startGateway } from '../local/start-gateway.ts';
import {
  appEnvironment,
  sidecarIdentity,
  type Workload,
  workloadEntryName,
  workloadEntryOf,
} from '../local/workload.ts';
import type { Progress } from '../output/progress.ts';
import { bankAddress } from './bank.ts';
import { type DemoPorts, HOST } from './demo-ports.ts';
import { SERVICE_PROGRAM, SHOP, type ShopProcess } from './shop.ts';
import { type App, startApp } from './start-app.ts';

export interface ShopInput {
  readonly controlPlane: ControlPlane;
  readonly ports: DemoPorts;
  /** For bootstraps and logs. */
  readonly folder: string;
  readonly version: string;
  readonly shutdown: Shutdown;
  /** Settles when proxies start fast. */
  readonly warmedUp: Promise<void>;
  readonly progress: Progress;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number | undefined;
  readonly address: string;
  readonly log: string;
}

export interface RunningShop {
  readonly processes: readonly RunningProcess[];
  /** Settles when every proxy has its configuration and every service listens. */
  readonly ready: Promise<void>;
  stop(graceMs: number): Promise<void>;
}

/** A process of the shop with its place on this machine. */
interface Placed {
  readonly shop: ShopProcess;
  readonly workload: Workload;
  readonly claim: AddressClaim;
  readonly appPort: number;
}

/**
 * Registers every workload first and then starts all processes at once: each proxy finds the whole shop in its first configuration,
 * and starting costs what the slowest costs, not the sum.
 */
export async function startShop(input: ShopInput, cli: CliContext): Promise<RunningShop> {
  const placed = await Promise.all(SHOP.map((shop) => place(shop, cli)));
  const gateway = demoGateway(input.ports);
  const entries = [...placed.map((p) => workloadEntryOf(p.workload, p.claim.sockets)), gatewayEntryOf(gateway)];
  input.controlPlane.store.transact(entries.map((object) => ({ type: 'put', object: toStored(object) })));

  await input.warmedUp;
  const apps = await Promise.all(placed.map((p) => startService(p, input, cli)));
  const bank = await startBank(input, cli);
  const sidecars = await Promise.all(placed.map((p) => startSidecar(p, input, cli)));
  const start = { xds: input.controlPlane.xdsAddress, folder: input.folder, shutdown: input.shutdown };
  const gatewayProxy = await startGateway(gateway, start, cli);
  for (const [i, sidecar] of sidecars.entries()) sidecar.guard(groupsOf(apps[i]));
  gatewayProxy.guard(groupsOf(bank));

  const proxies = [...sidecars, gatewayProxy];
  const services = bank === undefined ? apps : [...apps, bank];
  const ready = Promise.all([
    ...placed.map(async (p, i) => {
      await Promise.all([apps[i]?.listening, sidecars[i]?.ready]);
      input.progress.step(labelOf(p), `sidecar ${p.claim.sockets.address}, service 127.0.0.1:${p.appPort}`);
    }),
    gatewayProxy.ready.then(() => input.progress.step('gateway', `http://localhost:${input.ports.gateway}`)),
    bank?.listening,
  ]);
  return {
    processes: listProcesses(placed, apps, sidecars, gatewayProxy, bank, input),
    ready: ready.then(() => undefined),
    async stop(graceMs) {
      // The gateway first, so that nothing new enters while the rest goes.
      await gatewayProxy.stop(graceMs);
      await Promise.all([
        ...proxies.map((proxy) => proxy.stop(graceMs)),
        ...services.map((app) => app.process.stop(cli.clock, graceMs)),
      ]);
      await Promise.all(placed.map((p) => p.claim.release()));
    },
  };
}

async function place(shop: ShopProcess, cli: CliContext): Promise<Placed> {
  const [claim, appPort] = await Promise.all([claimAddress(addressModeOf(cli.platform, cli.env)), freePort(HOST)]);
  const workload: Workload = {
    app: shop.service,
    version: shop.version,
    namespace: 'default',
    serviceAccount: shop.service,
    labels: {},
    ports: [{ name: 'http', servicePort: 8080, appPort }],
  };
  return { shop, workload, claim, appPort };
}

function labelOf(placed: Placed): string {
  return `${placed.shop.service} ${placed.shop.version}`;
}

/** The store keeps plain JSON; our own object types are a narrower form of it. */
function toStored(
  object: object & { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } },
): StoredObject {
  return { ...object };
}

async function startService(placed: Placed, input: ShopInput, cli: CliContext): Promise<App> {
  const { sockets } = placed.claim;
  const app = await startApp(
    {
      program: SERVICE_PROGRAM,
      folder: join(input.folder, workloadEntryName(placed.workload, sockets)),
      port: placed.appPort,
      env: {
        ...appEnvironment(placed.workload, sockets, cli.env),
        SERVICE: placed.shop.service,
        VERSION: placed.shop.version,
        CALLS: placed.shop.calls.join(' '),
      },
    },
    cli.clock,
  );
  watch(app, labelOf(placed), input, cli);
  return app;
}

/** The bank has no sidecar: it stands for a service of somebody else. Without its WorkloadEntry there is none to start. */
async function startBank(input: ShopInput, cli: CliContext): Promise<App | undefined> {
  const address = bankAddress(input.controlPlane.store);
  if (address === undefined) return undefined;
  const env = { ...cli.env, PORT: String(address.port), SERVICE: 'bank', VERSION: 'v1' };
  const bank = await startApp(
    { program: SERVICE_PROGRAM, folder: join(input.folder, 'bank'), port: address.port, env },
    cli.clock,
  );
  watch(bank, 'bank', input, cli);
  return bank;
}

function watch(app: App, name: string, input: ShopInput, cli: CliContext): void {
  input.shutdown.add(app.process);
  void app.process.exited.then((status) => {
    if (!input.shutdown.requested)
      cli.err.write(`✗ ${name} ended with exit code ${status.code}; its output is in ${app.logPath}\n`);
  });
}

function startSidecar(placed: Placed, input: ShopInput, cli: CliContext): Promise<ProxyProcess> {
  const { sockets } = placed.claim;
  return ProxyProcess.start({
    bootstrap: {
      identity: sidecarIdentity(placed.workload, sockets),
      ports: sockets,
      mode: sockets.mode,
      xds: input.controlPlane.xdsAddress,
    },
    folder: join(input.folder, workloadEntryName(placed.workload, sockets)),
    version: input.version,
    env: cli.env,
    clock: cli.clock,
    onSpawn: (child) => input.shutdown.add(child),
    onCrash: reportCrash(`sidecar of ${labelOf(placed)}`, cli),
  });
}

function demoGateway(ports: DemoPorts): LocalGateway {
  return {
    name: 'istio-ingressgateway',
    namespace: 'istio-system',
    labels: { istio: 'ingressgateway', app: 'istio-ingressgateway' },
    address: HOST,
    ports: ports.gatewayProxy,
    portMap: mapGatewayPorts([], { offset: ports.offset, http: ports.gateway }),
  };
}

function reportCrash(name: string, cli: CliContext): (status: ExitStatus, backoffMs: number, logPath: string) => void {
  return (status, backoffMs, logPath) => {
    const why = status.error === undefined ? `exit code ${status.code}` : messageOf(status.error);
    cli.err.write(`✗ ${name} ended (${why}); starting it again in ${backoffMs} ms; its log is ${logPath}\n`);
  };
}

function groupsOf(app: App | undefined): readonly number[] {
  return app?.process.pid === undefined ? [] : [app.process.pid];
}

function listProcesses(
  placed: readonly Placed[],
  apps: readonly App[],
  sidecars: readonly ProxyProcess[],
  gateway: ProxyProcess,
  bank: App | undefined,
  input: ShopInput,
): readonly RunningProcess[] {
  const rows: RunningProcess[] = [
    { name: 'gateway', pid: gateway.pid, address: `${HOST}:${input.ports.gateway}`, log: gateway.logPath },
  ];
  for (const [i, p] of placed.entries()) {
    const [app, sidecar] = [apps[i], sidecars[i]];
    rows.push({ name: labelOf(p), pid: app?.process.pid, address: `127.0.0.1:${p.appPort}`, log: app?.logPath ?? '' });
    rows.push({
      name: '  its sidecar',
      pid: sidecar?.pid,
      address: p.claim.sockets.address,
      log: sidecar?.logPath ?? '',
    });
  }
  if (bank !== undefined) rows.push({ name: 'bank (outside)', pid: bank.process.pid, address: '', log: bank.logPath });
  return rows;
}
