import { isAbsolute, relative } from 'node:path';
import { formatDurationMs } from '@weft/base';
import type { TextOutput } from '../command/context.ts';
import { paint } from '../output/paint.ts';
import type { ExplainedDestination } from './destination.ts';
import type { Explained, ExplainedHost, ExplainedOrigin, ExplainedOutcome, ExplainedRule } from './explained.ts';

type Output = Pick<TextOutput, 'colour'>;

const INDENT = ' '.repeat(14);

/** The explanation as text: what won, top to bottom the way the request goes, then what lost and why. */
export function printExplained(explained: Explained, output: Output): string {
  const { listener, outcome, request, rule, virtualHost } = explained;
  const lines = [paint(output, 'bold', `${request.method} ${request.url}${headersOf(request.headers)}`)];
  lines.push(row('proxy', explained.proxy));
  if (listener !== undefined) {
    lines.push(
      row('listener', `${listener.name} (${listener.address}): ${listener.why}`),
      row('routes', listener.routes),
    );
  }
  if (virtualHost !== undefined)
    lines.push(row('virtual host', `${virtualHost.name}: ${virtualHost.why}`), ...from(virtualHost.origin, output));
  if (rule !== undefined) lines.push(row('rule', `${rule.name}: ${rule.asks}`), ...from(rule.origin, output));
  lines.push(...outcomeLines(outcome, output));
  lines.push(...lostLines(explained, output));
  return `${lines.join('\n')}\n`;
}

function headersOf(headers: readonly string[]): string {
  let text = '';
  for (let i = 0; i < headers.length; i += 2) text += ` -H '${headers[i] ?? ''}: ${headers[i + 1] ?? ''}'`;
  return text;
}

function row(name: string, value: string): string {
  return `${name.padEnd(INDENT.length)}${value}`;
}

/** `orders.yaml:20 (VirtualService default/orders spec.http[0])` */
export function describeSource(origin: ExplainedOrigin): string {
  const object = [origin.resource, origin.path].filter((part) => part !== '').join(' ');
  if (origin.file === undefined) return object;
  return `${shortPath(origin.file)}${origin.line === undefined ? '' : `:${origin.line}`} (${object})`;
}

/** Relative where that is shorter. */
function shortPath(file: string): string {
  const short = relative(process.cwd(), file);
  return isAbsolute(file) && !short.startsWith('..') ? short : file;
}

function from(origin: ExplainedOrigin | undefined, output: Output): readonly string[] {
  return origin === undefined ? [] : [`${INDENT}${paint(output, 'dim', `from ${describeSource(origin)}`)}`];
}

function outcomeLines(outcome: ExplainedOutcome, output: Output): readonly string[] {
  if (outcome.kind === 'redirect') return [row('answer', `${outcome.status} to ${outcome.location}`)];
  if (outcome.kind === 'reply') {
    const status = outcome.status === 0 ? '' : `${outcome.status}: `;
    return [row('answer', paint(output, 'yellow', `${status}${outcome.reason}`))];
  }
  const { authority, destinations, mirrors, path, retries, timeoutMs } = outcome;
  const tries =
    retries === undefined
      ? 'none'
      : `${retries.attempts} on ${retries.on.join(', ')}${retries.perTryTimeoutMs === undefined ? '' : `, each within ${formatDurationMs(retries.perTryTimeoutMs)}`}`;
  return [
    ...destinations.flatMap((destination) => destinationLines(destination, output)),
    row('timeout', timeoutMs === 0 ? 'none' : formatDurationMs(timeoutMs)),
    row('retries', tries),
    ...(path === undefined ? [] : [row('path becomes', path)]),
    ...(authority === undefined ? [] : [row('host becomes', authority)]),
    ...mirrors.map((mirror) => row('mirror', mirror)),
  ];
}

function destinationLines(destination: ExplainedDestination, output: Output): readonly string[] {
  const { balancing, cluster, connectTimeoutMs, endpoints, percent, problem, subset } = destination;
  const share = percent === 100 ? '' : `${Number(percent.toFixed(1))} % → `;
  const facts = [
    subset === '' ? undefined : `subset ${subset}`,
    balancing === '' ? undefined : balancing.toLowerCase().replaceAll('_', ' '),
    connectTimeoutMs === undefined ? undefined : `connect within ${formatDurationMs(connectTimeoutMs)}`,
  ].filter((fact) => fact !== undefined);
  const lines = [
    row('cluster', `${share}${paint(output, 'green', cluster)}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`),
  ];
  lines.push(...from(destination.origin, output));
  for (const endpoint of endpoints) {
    const health = endpoint.health === 'HEALTHY' ? '' : ` ${paint(output, 'yellow', endpoint.health)}`;
    lines.push(
      row('  endpoint', `${endpoint.address}${endpoint.weight === 1 ? '' : ` weight ${endpoint.weight}`}${health}`),
    );
  }
  if (problem !== undefined) lines.push(row('  problem', paint(output, 'red', problem)));
  return lines;
}

function lostLines(explained: Explained, output: Output): readonly string[] {
  const title = (text: string): string => `\n${paint(output, 'bold', text)}`;
  const rules = explained.lostRules.flatMap((rule) => verdictLines(rule, output));
  const hosts = explained.otherVirtualHosts.flatMap((host) => verdictLines(host, output));
  return [
    ...(rules.length === 0 ? [] : [title('Rules that lost'), ...rules]),
    ...(hosts.length === 0 ? [] : [title('Other virtual hosts'), ...hosts]),
  ];
}

function verdictLines(verdict: ExplainedRule | ExplainedHost, output: Output): readonly string[] {
  return [
    `  ${verdict.name}: ${verdict.why}`,
    ...from(verdict.origin, output).map((line) => line.slice(INDENT.length - 4)),
  ];
}
