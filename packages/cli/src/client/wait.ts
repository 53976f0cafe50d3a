import type { LiveReport } from '@weft/control-plane';
import type { OptionSpec } from '../command/command.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { paint } from '../output/paint.ts';
import type { ApiClient } from './api-client.ts';

/** `--wait`, the same for every command that changes something. */
export const WAIT_OPTIONS: readonly OptionSpec[] = [
  { flags: '--wait', kind: 'flag', help: 'return when every connected proxy that needs the change has it' },
  { flags: '--timeout <duration>', kind: 'duration', help: 'how long --wait waits', default: '30s' },
];

/** Waits for a revision and says how it went. Returns the exit code: 6 when a proxy refused it or has not answered in time. */
export async function waitUntilLive(
  api: ApiClient,
  revision: number | undefined,
  timeoutMs: number,
  cli: CliContext,
): Promise<number> {
  const report = await api.wait(revision, timeoutMs);
  cli.err.write(describeReport(report, cli));
  return report.live && report.rejected.length === 0 ? EXIT.ok.code : EXIT.timeout.code;
}

function describeReport(report: LiveReport, cli: CliContext): string {
  const all = report.settled.length + report.waiting.length + report.rejected.length;
  if (report.waiting.length === 0 && report.rejected.length === 0) {
    return `${paint(cli.err, 'green', '✓')} live on every proxy (${all} of ${all})\n`;
  }
  const waiting = report.waiting.map((proxy) => `  ${proxy.nodeId} has not answered\n`);
  const rejected = report.rejected.flatMap((proxy) =>
    Object.entries(proxy.kinds).flatMap(([kind, { nack }]) =>
      nack === undefined ? [] : [`  ${proxy.nodeId} refused ${kind}: ${nack.message}\n`],
    ),
  );
  return `${paint(cli.err, 'red', '✗')} live on ${report.settled.length} of ${all} proxies\n${waiting.join('')}${rejected.join('')}`;
}
