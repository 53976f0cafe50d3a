import type { ApiClient } from '../client/api-client.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure, messageOf } from '../command/failure.ts';
import { render } from '../output/render.ts';
import {
  clustersOf,
  clusterTable,
  dumpPart,
  endpointTable,
  listenersOf,
  listenerTable,
  routesOf,
  routeTable,
} from './config-tables.ts';
import { findProxy } from './find-proxy.ts';
import { at } from './json-walk.ts';

export interface ProxyConfigOptions {
  readonly kind: 'listeners' | 'routes' | 'clusters' | 'endpoints' | 'bootstrap' | 'all';
  readonly proxy: string;
  readonly admin: string | undefined;
  readonly output: string | undefined;
}

/** Prints a part of what a running proxy holds, as its own admin interface tells it. */
export async function showProxyConfig(options: ProxyConfigOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const admin = options.admin ?? (await adminAddress(options.proxy, api));
  const ask = (path: string): Promise<unknown> => askAdmin(admin, path);
  if (options.kind === 'endpoints') {
    const clusters = await ask('/clusters?format=json');
    cli.out.write(render(options.output, clusters, () => endpointTable(clusters)));
    return EXIT.ok.code;
  }
  const dump = await ask('/config_dump?include_eds');
  const bootstrap = at(dumpPart(dump, 'BootstrapConfigDump'), 'bootstrap');
  const people = {
    listeners: () => listenerTable(dump),
    routes: () => routeTable(dump),
    clusters: () => clusterTable(dump),
    bootstrap: () => `${JSON.stringify(bootstrap, null, 2)}\n`,
    all: () => [listenerTable(dump), routeTable(dump), clusterTable(dump)].join('\n'),
  };
  const machine = {
    listeners: listenersOf(dump),
    routes: routesOf(dump),
    clusters: clustersOf(dump),
    bootstrap,
    all: dump,
  };
  cli.out.write(render(options.output, machine[options.kind], people[options.kind]));
  return EXIT.ok.code;
}

async function adminAddress(wanted: string, api: ApiClient): Promise<string> {
  const { adminAddress: address } = await findProxy(wanted, api);
  if (address === undefined)
    throw new Failure('notFound', `${wanted} did not say where its admin interface is`, '--admin host:port');
  return address;
}

async function askAdmin(admin: string, path: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`http://${admin}${path}`);
  } catch (error) {
    throw new Failure('unreachable', `no admin interface answers at ${admin} (${messageOf(error)})`);
  }
  if (!response.ok) throw new Failure('failure', `http://${admin}${path} answered ${response.status}`);
  return response.json();
}
