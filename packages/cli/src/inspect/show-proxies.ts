import { formatDurationMs } from '@weft/base';
import type { ApiClient, ProxyListing } from '../client/api-client.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { paint } from '../output/paint.ts';
import { render } from '../output/render.ts';
import { formatTable } from '../output/table.ts';
import { nameOf } from './find-proxy.ts';

const STATES = { unsubscribed: '-', synced: 'SYNCED', stale: 'STALE', rejected: 'REJECTED' } as const;

/** Prints the proxies whose id contains `filter`. */
export async function showProxies(
  api: ApiClient,
  filter: string | undefined,
  output: string | undefined,
  cli: CliContext,
): Promise<number> {
  const all = await api.proxies();
  const proxies = all.filter((proxy) => filter === undefined || proxy.nodeId.includes(filter));
  if (filter !== undefined && proxies.length === 0) {
    throw new Failure(
      'notFound',
      `no connected proxy has "${filter}" in its id`,
      `connected: ${all.map(nameOf).join(', ') || 'none'}`,
    );
  }
  cli.out.write(render(output, proxies, () => proxyTable(proxies, output === 'wide', cli)));
  const rejected = proxies.some((proxy) => Object.values(proxy.kinds).some((kind) => kind.nack !== undefined));
  return rejected ? EXIT.timeout.code : EXIT.ok.code;
}

function proxyTable(proxies: readonly ProxyListing[], wide: boolean, cli: CliContext): string {
  if (proxies.length === 0) return 'no proxy is connected\n';
  const kinds = [...new Set(proxies.flatMap((proxy) => Object.keys(proxy.kinds)))];
  const header = [
    'PROXY',
    'TYPE',
    ...kinds.map((kind) => kind.toUpperCase()),
    'SINCE',
    ...(wide ? ['ADDRESS', 'ADMIN', 'AGENT', 'MODE'] : []),
  ];
  const rows = proxies.map((proxy) => [
    nameOf(proxy),
    proxy.nodeId.split('~')[0] ?? '',
    ...kinds.map(
      (kind) => STATES[Object.entries(proxy.kinds).find(([name]) => name === kind)?.[1].state ?? 'unsubscribed'],
    ),
    formatDurationMs(Math.round((cli.clock.now() - proxy.connectedAt) / 1000) * 1000),
    ...(wide ? [proxy.peer, proxy.adminAddress ?? '-', proxy.userAgent, proxy.mode] : []),
  ]);
  return formatTable(header, rows) + proxies.map((proxy) => refusals(proxy, cli)).join('');
}

function refusals(proxy: ProxyListing, cli: CliContext): string {
  const lines: string[] = [];
  for (const [kind, { nack }] of Object.entries(proxy.kinds)) {
    if (nack === undefined) continue;
    lines.push(`\n${paint(cli.out, 'red', '✗')} ${nameOf(proxy)} refused ${kind}: ${nack.message}\n`);
    for (const { name, at, message } of nack.resources)
      lines.push(`    ${name}${at === '' ? '' : ` ${at}`}: ${message}\n`);
  }
  return lines.join('');
}
