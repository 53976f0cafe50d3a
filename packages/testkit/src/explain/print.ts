import { formatDurationMs } from '@weft/base';
import type { Origin } from '@weft/engine';
import type {
  ClusterExplanation,
  Explanation,
  ForwardOutcome,
  HopExplanation,
  Outcome,
  Verdict,
} from './explanation.ts';

/** How parts of the text look; a plain one leaves them as they are. */
export interface PrintStyle {
  paint(colour: 'bold' | 'dim' | 'green' | 'yellow' | 'red', text: string): string;
  /** A path as the reader wants it. */
  path(file: string): string;
}

const PLAIN: PrintStyle = { paint: (_colour, text) => text, path: (file) => file };
const INDENT = ' '.repeat(14);
const SIDES = { outbound: 'caller, outbound', inbound: 'destination, inbound', gateway: 'gateway' } as const;

/** The explanation as text: what won, top to bottom the way the request goes, then what lost and why. */
export function printExplanation(explanation: Explanation, style: PrintStyle = PLAIN): string {
  const { request, hops, outcome, note } = explanation;
  const lines = [style.paint('bold', printRequest(request)), row('from', request.from)];
  for (const [i, hop] of hops.entries()) {
    lines.push('', style.paint('bold', `${i + 1}. ${SIDES[hop.side]}: ${hop.proxy}`), ...hopLines(hop, style));
  }
  lines.push('', row('so', `${painted(outcome, style)}${note === '' ? '' : ` (${note})`}`));
  return `${lines.join('\n')}\n`;
}

/** `GET http://orders:8080/ -H 'canary: true'` */
export function printRequest({ headers, method, url }: Explanation['request']): string {
  let text = method === '' ? url : `${method} ${url}`;
  for (let i = 0; i < headers.length; i += 2) text += ` -H '${headers[i] ?? ''}: ${headers[i + 1] ?? ''}'`;
  return text;
}

function painted(outcome: Outcome, style: PrintStyle): string {
  const failed = outcome.kind === 'refused' || (outcome.kind === 'reply' && outcome.status >= 400);
  return style.paint(failed ? 'yellow' : 'green', printOutcome(outcome));
}

/** An outcome in a line; `where`: with the endpoint. */
export function printOutcome(outcome: Outcome, where = true): string {
  switch (outcome.kind) {
    case 'forward': {
      const subset = outcome.subset === '' ? '' : ` ${outcome.subset}`;
      const host = outcome.service === '' ? outcome.cluster : `${outcome.service}${subset}`;
      return where ? `${host} at ${outcome.endpoint}` : host;
    }
    case 'redirect':
      return `${outcome.status} to ${outcome.location}`;
    case 'reply':
      return `${outcome.status}${outcome.flag === '' ? '' : ` ${outcome.flag}`}: ${outcome.reason}`;
    case 'refused':
      return `no connection: ${outcome.reason}`;
  }
}

function row(name: string, value: string): string {
  return `${name.padEnd(INDENT.length)}${value}`;
}

/** `orders.yaml:20 (VirtualService default/orders spec.http[0])` */
function describeSource(origin: Origin, style: PrintStyle): string {
  const object = [origin.resource, origin.path].filter((part) => part !== '').join(' ');
  if (origin.file === undefined || origin.file === '') return object;
  return `${style.path(origin.file)}${origin.line === undefined ? '' : `:${origin.line}`} (${object})`;
}

function from(origin: Origin | undefined, style: PrintStyle, indent = INDENT): readonly string[] {
  return origin === undefined ? [] : [`${indent}${style.paint('dim', `from ${describeSource(origin, style)}`)}`];
}

function hopLines(hop: HopExplanation, style: PrintStyle): readonly string[] {
  const { listener, chain, virtualHost, rule, filters, destinations, outcome } = hop;
  const lines: string[] = hop.refused.map((text) => row('refused', style.paint('red', text)));
  if (listener !== undefined) lines.push(row('listener', `${listener.name} (${listener.address}): ${listener.why}`));
  if (chain !== undefined) lines.push(row('chain', `${chain.name}: ${chain.why}`), ...from(chain.origin, style));
  if (hop.downstreamTls !== '') lines.push(row('client speaks', hop.downstreamTls));
  if (hop.routes !== '') lines.push(row('routes', hop.routes));
  if (virtualHost !== undefined)
    lines.push(row('virtual host', `${virtualHost.name}: ${virtualHost.why}`), ...from(virtualHost.origin, style));
  if (rule !== undefined) lines.push(row('rule', `${rule.name}: ${rule.asks}`), ...from(rule.origin, style));
  for (const filter of filters) {
    if (filter.verdict !== 'passes') lines.push(row('filter', `${filter.name}: ${filter.why}`));
    for (const { percent, what } of filter.chances)
      lines.push(row('by chance', `${what} for ${percent} % of requests`));
  }
  lines.push(...destinations.flatMap((destination) => clusterLines(destination, style)));
  lines.push(...(outcome.kind === 'forward' ? forwardLines(outcome, hop) : [row('answer', painted(outcome, style))]));
  lines.push(...lostLines(hop, style));
  return lines;
}

function forwardLines(outcome: ForwardOutcome, hop: HopExplanation): readonly string[] {
  const { authority, delayMs, endpoint, mirrors, path, requestHeaders, responseHeaders, retries, timeoutMs } = outcome;
  const lines = [row('chosen', endpoint)];
  // Bytes have no time limit, no retry and no path.
  if (hop.routes === '') return lines;
  const tries =
    retries === undefined
      ? 'none'
      : `${retries.attempts} on ${retries.on.join(', ')}${retries.perTryTimeoutMs === undefined ? '' : `, each within ${formatDurationMs(retries.perTryTimeoutMs)}`}`;
  lines.push(row('timeout', timeoutMs === 0 ? 'none' : formatDurationMs(timeoutMs)), row('retries', tries));
  lines.push(row('sent as', `${authority}${path}`));
  if (delayMs > 0) lines.push(row('delayed by', `${formatDurationMs(delayMs)} (fault injection)`));
  for (const mirror of mirrors) lines.push(row('mirror', `${mirror.percent} % → ${mirror.cluster}`));
  for (const [name, changes] of [
    ['request', requestHeaders],
    ['response', responseHeaders],
  ] as const) {
    for (const [header, value] of Object.entries(changes.added)) lines.push(row(`${name} +`, `${header}: ${value}`));
    for (const header of changes.removed) lines.push(row(`${name} -`, header));
  }
  return lines;
}

function clusterLines(destination: ClusterExplanation, style: PrintStyle): readonly string[] {
  const { balancing, chosen, cluster, connectTimeoutMs, endpoints, origin, percent, problem, subset, tls } =
    destination;
  const share = percent === 100 ? '' : `${Number(percent.toFixed(1))} % → `;
  const facts = [
    subset === '' ? undefined : `subset ${subset}`,
    balancing === '' ? undefined : balancing.replaceAll('-', ' '),
    connectTimeoutMs === undefined ? undefined : `connect within ${formatDurationMs(connectTimeoutMs)}`,
    tls.mode === 'none' ? 'plaintext' : `TLS ${tls.mode}${tls.sni === '' ? '' : `, SNI ${tls.sni}`}`,
    percent !== 100 && chosen ? 'chosen this time' : undefined,
  ].filter((fact) => fact !== undefined);
  const lines = [row('cluster', `${share}${style.paint('green', cluster)} (${facts.join(', ')})`)];
  lines.push(...from(origin, style));
  for (const endpoint of endpoints) {
    const health = endpoint.health === 'healthy' ? '' : ` ${style.paint('yellow', endpoint.health)}`;
    const weight = endpoint.weight === 1 ? '' : ` weight ${endpoint.weight}`;
    const locality = endpoint.locality === '' ? '' : ` in ${endpoint.locality}`;
    const why = endpoint.eligible ? '' : `: ${endpoint.why}`;
    lines.push(row('  endpoint', `${endpoint.address}${weight}${locality}${health}${why}`));
  }
  if (problem !== undefined) lines.push(row('  problem', style.paint('red', problem)));
  return lines;
}

function lostLines(hop: HopExplanation, style: PrintStyle): readonly string[] {
  const part = (title: string, verdicts: readonly Verdict[]): readonly string[] =>
    verdicts.length === 0
      ? []
      : [`   ${style.paint('bold', title)}`, ...verdicts.flatMap((verdict) => verdictLines(verdict, style))];
  return [
    ...part('rules that lost', hop.lostRules),
    ...part('other virtual hosts', hop.otherVirtualHosts),
    ...part('other filter chains', hop.otherChains),
    ...part('other listeners', hop.otherListeners),
  ];
}

function verdictLines(verdict: Verdict, style: PrintStyle): readonly string[] {
  return [`     ${verdict.name}: ${verdict.why}`, ...from(verdict.origin, style, '       ')];
}
