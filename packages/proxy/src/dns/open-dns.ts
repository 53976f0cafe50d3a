/** Whether, where and for whom a proxy answers DNS, from its node.   in: node metadata   out: a running DnsProxy */
import { readFileSync } from 'node:fs';
import type { Clock, Logger, Random } from '@weft/base';
import type { Node } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { NameTable } from '@weft/xds/gen/istio/networking/nds/v1/nds_pb';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import { DnsProxy } from './dns-proxy.ts';
import { DnsStatScope } from './dns-stats.ts';
import { NameLookup, type NamePlace } from './name-lookup.ts';
import { nameservers, parseServers } from './resolv-conf.ts';

export interface DnsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stats: StatsRegistry;
}

export interface RunningDns {
  readonly bound: Promise<HostPort>;
  use(table: NameTable): void;
  close(): Promise<void>;
}

const RESOLV_CONF = '/etc/resolv.conf';
/** Istio's port; iptables brings port 53 here. */
const PORT = 15_053;

/**
 * Metadata: `DNS_PROXY_ADDR` says where (default 127.0.0.1:15053, without interception the node's own address), `DNS_UPSTREAMS` whom to ask
 * for other names (default: the name servers of /etc/resolv.conf).
 */
export function openDns(node: Node, deps: DnsDeps): RunningDns {
  const { logger } = deps;
  const metadata = node.metadata ?? {};
  const text = (key: string): string => (typeof metadata[key] === 'string' ? metadata[key] : '');
  const [, ip = '', , domain = ''] = node.id.split('~');
  const address = parseServers(text('DNS_PROXY_ADDR'))?.[0] ?? {
    host: text('INTERCEPTION_MODE') === 'NONE' && ip !== '' ? ip : '127.0.0.1',
    port: PORT,
  };
  const upstreams = upstreamsOf(text('DNS_UPSTREAMS'), address, logger);
  const stats = deps.stats.scope('dns.', () => new DnsStatScope());
  const proxy = new DnsProxy({ address, upstreams, stats, clock: deps.clock, random: deps.random, logger });
  const place = placeOf(text('NAMESPACE'), domain);
  return {
    bound: proxy.bound,
    use: (table) => proxy.use(new NameLookup(table, place)),
    close: () => proxy.close(),
  };
}

/** The node id ends in `<namespace>.svc.<domain>`. */
function placeOf(namespace: string, domain: string): NamePlace {
  const dot = domain.indexOf('.');
  const own = namespace === '' ? domain.slice(0, Math.max(dot, 0)) : namespace;
  return { namespace: own, domain: domain.startsWith(`${own}.`) ? domain.slice(own.length + 1) : domain };
}

/** Without ourselves, or a question would go round for ever. */
function upstreamsOf(said: string, self: HostPort, logger: Logger): readonly HostPort[] {
  const servers = said === '' ? nameservers(readResolvConf(logger)) : parseServers(said);
  if (servers === undefined)
    logger.error('DNS_UPSTREAMS is no list of addresses; other names are not resolved', { said });
  return (servers ?? []).filter(({ host, port }) => host !== self.host || port !== self.port);
}

function readResolvConf(logger: Logger): string {
  try {
    return readFileSync(RESOLV_CONF, 'utf8');
  } catch (error) {
    logger.warn('the name servers of this machine are not known; only names of the mesh are resolved', {
      cause: error instanceof Error ? error.message : String(error),
    });
    return '';
  }
}
