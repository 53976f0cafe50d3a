import { isIP } from 'node:net';
import type { HostPort } from '../bootstrap/bootstrap.ts';

const DNS_PORT = 53;
/** What the resolver of the C library takes (resolv.conf(5), MAXNS). */
const MAX_SERVERS = 3;

/** The `nameserver` lines of /etc/resolv.conf (resolv.conf(5)), the first three. Scoped IPv6 addresses keep their zone. */
export function nameservers(text: string): readonly HostPort[] {
  const servers: HostPort[] = [];
  for (const line of text.split('\n')) {
    const [keyword, host = ''] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && isIP(host) !== 0) servers.push({ host, port: DNS_PORT });
  }
  return servers.slice(0, MAX_SERVERS);
}

/** `host`, `host:port` or `[v6]:port`, separated by commas; undefined when one of them is neither. */
export function parseServers(text: string): readonly HostPort[] | undefined {
  const servers: HostPort[] = [];
  for (const part of text.split(',')) {
    const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+|[0-9a-f:]+:[0-9a-f:]*))(?::(\d{1,5}))?$/i.exec(part.trim());
    const host = match?.[1] ?? match?.[2] ?? '';
    const port = Number(match?.[3] ?? DNS_PORT);
    if (isIP(host) === 0 || port < 1 || port > 65_535) return undefined;
    servers.push({ host, port });
  }
  return servers;
}
