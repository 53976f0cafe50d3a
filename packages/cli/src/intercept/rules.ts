/**
 * Which connections go to the proxy, as a script for nft(8). The rules and their order are those of Istio's istio-iptables
 * (tools/istio-iptables, capture/run.go), in a table of its own, so that removing the table undoes everything.
 */

export interface InterceptRules {
  /** The users whose connections are the proxy's own. */
  readonly proxyUids: readonly number[];
  readonly outboundPort: number;
  readonly inboundPort: number;
  /** `*` or ports. */
  readonly includeInboundPorts: '*' | readonly number[];
  readonly excludeInboundPorts: readonly number[];
  /** Captured whatever address they go to. */
  readonly includeOutboundPorts: '*' | readonly number[];
  readonly excludeOutboundPorts: readonly number[];
  /** `*` or CIDR blocks. */
  readonly includeOutboundRanges: '*' | readonly string[];
  readonly excludeOutboundRanges: readonly string[];
  /** Where the proxy answers DNS; undefined leaves port 53 alone. */
  readonly dnsPort: number | undefined;
  /** Also IPv6, which the proxy must then listen on. */
  readonly ipv6: boolean;
}

export const TABLE: string = 'weft';
/** The address that InboundPassthroughCluster and its siblings connect from. */
const PASSTHROUGH_SOURCES = { ip: '127.0.0.6', ip6: '::6' } as const;
const LOOPBACKS = { ip: '127.0.0.1', ip6: '::1' } as const;
/** HBONE: encrypted already, and for nobody but the proxy. */
const TUNNEL_PORT = 15_008;
const DNS_PORT = 53;

/** Removes the table, also where there is none. */
export function removeScript(): string {
  return `table inet ${TABLE} {\n}\ndelete table inet ${TABLE}\n`;
}

/** Replaces whatever the table held, in one transaction. */
export function installScript(rules: InterceptRules): string {
  const indented = (lines: readonly string[]): string => lines.map((line) => `    ${line}\n`).join('');
  return (
    `${removeScript()}table inet ${TABLE} {\n` +
    `  chain inbound {\n    type nat hook prerouting priority -100; policy accept;\n${indented(inbound(rules))}  }\n` +
    `  chain outbound {\n    type nat hook output priority -100; policy accept;\n${indented(outbound(rules))}  }\n}\n`
  );
}

function inbound(rules: InterceptRules): readonly string[] {
  const { includeInboundPorts: included, excludeInboundPorts: excluded, inboundPort } = rules;
  const lines = [...onlyIpv4(rules)];
  if (included === '*') {
    return [
      ...lines,
      `tcp dport ${set([TUNNEL_PORT, ...excluded])} return`,
      `meta l4proto tcp redirect to :${inboundPort}`,
    ];
  }
  return included.length === 0 ? lines : [...lines, `tcp dport ${set(included)} redirect to :${inboundPort}`];
}

function outbound(rules: InterceptRules): readonly string[] {
  const { excludeOutboundPorts: excluded, proxyUids, dnsPort } = rules;
  const families = rules.ipv6 ? (['ip', 'ip6'] as const) : (['ip'] as const);
  const own = set(proxyUids);
  const notDns = dnsPort === undefined ? '' : `tcp dport != ${DNS_PORT} `;
  const throughInbound = set(dnsPort === undefined ? [TUNNEL_PORT] : [DNS_PORT, TUNNEL_PORT]);
  return [
    ...onlyIpv4(rules),
    ...(dnsPort === undefined
      ? []
      : [`meta skuid ${own} udp dport ${DNS_PORT} return`, `udp dport ${DNS_PORT} redirect to :${dnsPort}`]),
    'meta l4proto != tcp return',
    ...(excluded.length === 0 ? [] : [`tcp dport ${set(excluded)} return`]),
    ...families.map((family) => `oifname "lo" ${family} saddr ${PASSTHROUGH_SOURCES[family]} return`),
    // The proxy calling its own application by an address of the workload goes the way of any other client.
    ...families.map(
      (family) =>
        `oifname "lo" ${family} daddr != ${LOOPBACKS[family]} meta skuid ${own} tcp dport != ${throughInbound} redirect to :${rules.inboundPort}`,
    ),
    ...(includesLoopback(rules) ? [] : [`oifname "lo" meta skuid != ${own} ${notDns}return`]),
    `meta skuid ${own} return`,
    ...(dnsPort === undefined ? [] : [`tcp dport ${DNS_PORT} redirect to :${dnsPort}`]),
    ...families.map((family) => `${family} daddr ${LOOPBACKS[family]} return`),
    ...captured(rules),
  ];
}

/** What is left: by address and by port. */
function captured(rules: InterceptRules): readonly string[] {
  const { includeOutboundPorts: ports, includeOutboundRanges: ranges, excludeOutboundRanges: excluded } = rules;
  const redirect = `redirect to :${rules.outboundPort}`;
  const lines = byFamily(excluded, rules).map((match) => `${match} return`);
  if (ports === '*') return [...lines, `meta l4proto tcp ${redirect}`];
  if (ports.length > 0) lines.push(`tcp dport ${set(ports)} ${redirect}`);
  if (ranges === '*') lines.push(`meta l4proto tcp ${redirect}`);
  else lines.push(...byFamily(ranges, rules).map((match) => `${match} ${redirect}`));
  return lines;
}

function byFamily(ranges: readonly string[], { ipv6 }: InterceptRules): string[] {
  const v4 = ranges.filter((range) => !range.includes(':'));
  const v6 = ipv6 ? ranges.filter((range) => range.includes(':')) : [];
  return [...v4.map((range) => `ip daddr ${range}`), ...v6.map((range) => `ip6 daddr ${range}`)];
}

function includesLoopback({ includeOutboundRanges: ranges }: InterceptRules): boolean {
  return ranges !== '*' && ranges.some((range) => range.startsWith('127.') || range === '::1/128' || range === '::1');
}

function onlyIpv4({ ipv6 }: InterceptRules): readonly string[] {
  return ipv6 ? [] : ['meta nfproto ipv6 return'];
}

function set(numbers: readonly number[]): string {
  return `{ ${[...new Set(numbers)].sort((a, b) => a - b).join(', ')} }`;
}
