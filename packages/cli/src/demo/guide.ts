import { relative } from 'node:path';
import type { ControlPlane } from '@weft/control-plane';
import type { TextOutput } from '../command/context.ts';
import { paint } from '../output/paint.ts';
import { formatTable } from '../output/table.ts';
import type { DemoPorts } from './demo-ports.ts';
import type { RunningProcess } from './start-shop.ts';

interface Ready {
  readonly ports: DemoPorts;
  readonly config: string;
  readonly processes: readonly RunningProcess[];
  readonly controlPlane: ControlPlane;
  readonly folder: string;
}

/** What runs where. */
export function describeReady(ready: Ready, output: Pick<TextOutput, 'colour'>): string {
  const rows = ready.processes.map((process) => [
    process.name,
    String(process.pid ?? '-'),
    process.address,
    process.log,
  ]);
  const { apiAddress, xdsAddress } = ready.controlPlane;
  return [
    '',
    formatTable(['PROCESS', 'PID', 'ADDRESS', 'LOG'], rows),
    `${paint(output, 'bold', 'shop')}      http://localhost:${ready.ports.gateway}/   (host api.example.com: orders; any other: the storefront)`,
    `${paint(output, 'bold', 'API')}       http://${apiAddress.host}:${apiAddress.port}   xDS ${xdsAddress.host}:${xdsAddress.port}`,
    `${paint(output, 'bold', 'metrics')}   http://127.0.0.1:${ready.ports.gatewayProxy.metricsPort}/stats/prometheus   (gateway)`,
    '',
    '',
  ].join('\n');
}

/** What to do now. */
export function describeTry(
  options: { readonly ports: DemoPorts; readonly config: string; readonly load: number },
  output: Pick<TextOutput, 'colour'>,
): string {
  const url = `http://localhost:${options.ports.gateway}`;
  const server = options.ports.api === 15_016 ? '' : ` --server http://127.0.0.1:${options.ports.api}`;
  const folder = relative(process.cwd(), options.config) || '.';
  const tries = [
    [`curl ${url}/`, 'the storefront, and everything it calls'],
    [`curl -H 'Host: api.example.com' ${url}/orders`, 'orders: nine of ten from v1'],
    [`curl -H 'Host: api.example.com' -H 'canary: true' ${url}/orders`, 'always v2'],
    [`edit the weights in ${folder}/orders.yaml`, 'live within a second; this terminal says so'],
    [
      `npx weft explain GET http://api.example.com/orders -H 'canary: true' --from gateway${server}`,
      'why, with file and line',
    ],
    [`npx weft proxy-status${server}`, 'who has which configuration'],
  ];
  const width = 60;
  const lines = tries.map(([line = '', does = '']) => {
    const gap = line.length < width ? `${line.padEnd(width)} ` : `${line}\n${' '.repeat(width + 3)}`;
    return `  ${gap}${paint(output, 'dim', does)}`;
  });
  const load = options.load > 0 ? `load: ${options.load} requests a second` : 'no load';
  return `${paint(output, 'bold', 'Try')}\n${lines.join('\n')}\n\n${load}; keys: l switches the load, Ctrl-C stops everything\n`;
}
