import { relative } from 'node:path';
import { formatDurationMs } from '@weft/base';
import type { ControlPlane, ControlPlaneEvent, ObjectKey, RegistryStatus } from '@weft/control-plane';
import { describeKey } from '@weft/control-plane';
import type { TextOutput } from '../command/context.ts';
import { formatDiagnostics } from './diagnostics.ts';
import { paint } from './paint.ts';
import { sourceLines } from './source-lines.ts';

type Pushed = Extract<ControlPlaneEvent, { type: 'pushed' }>;
type Live = Extract<ControlPlaneEvent, { type: 'live' }>;
type Files = Extract<ControlPlaneEvent, { type: 'files' }>;

const NAMED_AT_MOST = 4;

/**
 * Tells a person what happens to their changes: sent, live on every proxy, refused by one, or not usable and why. Comings and goings of
 * workloads are told as such, one line each. Returns the function that ends it.
 */
export function narrate(controlPlane: ControlPlane, output: TextOutput, cwd: string): () => void {
  return controlPlane.onEvent((event) => {
    const text = tell(event, output, cwd);
    if (text !== undefined) output.write(text);
  });
}

/** What is said about an event; undefined for those that nobody asked about. */
export function tell(event: ControlPlaneEvent, output: Pick<TextOutput, 'colour'>, cwd: string): string | undefined {
  switch (event.type) {
    case 'pushed':
      return tellPushed(event, output);
    case 'live':
      return tellLive(event, output);
    case 'files':
      return tellFiles(event, output, cwd);
    case 'registry':
      return tellRegistry(event.status, output);
    case 'proxy':
      return undefined;
  }
}

function tellPushed(event: Pushed, output: Pick<TextOutput, 'colour'>): string | undefined {
  if (event.changes.length === 0) return undefined;
  const named = event.changes.slice(0, NAMED_AT_MOST).map(({ key, change }) => `${describe(key)} ${change}`);
  const more = event.changes.length > NAMED_AT_MOST ? ` and ${event.changes.length - NAMED_AT_MOST} more` : '';
  const issues = event.issues.length === 0 ? '' : formatDiagnostics(event.issues, sourceLines(), output);
  return `${paint(output, 'cyan', '→')} ${named.join(', ')}${more}; sent to ${count(event.proxies, 'proxy', 'proxies')}\n${issues}`;
}

function describe(key: ObjectKey): string {
  return describeKey(key);
}

function tellLive(event: Live, output: Pick<TextOutput, 'colour'>): string {
  const after = formatDurationMs(Math.round(event.afterMs));
  if (event.rejected.length === 0) {
    return `${paint(output, 'green', '✓')} live on every proxy (${event.proxies} of ${event.proxies}) after ${after}\n`;
  }
  const lines = event.rejected.flatMap((proxy) =>
    Object.entries(proxy.kinds).flatMap(([kind, status]) =>
      status.nack === undefined ? [] : [`    ${proxy.nodeId}: ${kind}: ${status.nack.message}`],
    ),
  );
  const summary = `${count(event.rejected.length, 'proxy', 'proxies')} of ${event.proxies} refused it and kept what they had`;
  return `${paint(output, 'red', '✗')} ${summary}\n${lines.join('\n')}\n`;
}

function tellFiles(event: Files, output: Pick<TextOutput, 'colour'>, cwd: string): string {
  const path = relative(cwd, event.path);
  const shown = path === '' || path.startsWith('..') ? event.path : path;
  if (event.issues.length === 0) return `${paint(output, 'green', '✓')} ${shown} is fine again\n`;
  const diagnostics = formatDiagnostics(event.issues, sourceLines(), output);
  return `${paint(output, 'red', '✗')} ${shown} cannot be used; what ran before goes on running\n${diagnostics}`;
}

function tellRegistry(status: RegistryStatus, output: Pick<TextOutput, 'colour'>): string {
  if (status.state === 'synced') return `${paint(output, 'green', '✓')} ${status.name} answers\n`;
  return `${paint(output, 'red', '✗')} ${status.name} does not answer; its services stay as they were (${status.cause})\n`;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
