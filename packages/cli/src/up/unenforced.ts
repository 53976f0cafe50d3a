import type { ControlPlane } from '@weft/control-plane';
import { type UnenforcedIssue, unenforced } from '@weft/translate';
import type { CliContext } from '../command/context.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import { formatDiagnostics } from '../output/diagnostics.ts';
import { paint } from '../output/paint.ts';
import { sourceLines } from '../output/source-lines.ts';

/** Names everything in the configuration that is read and has no effect yet, with its file and line. */
export function describeUnenforced(issues: readonly UnenforcedIssue[], cli: CliContext): string {
  if (issues.length === 0) return '';
  const title = paint(cli.err, 'bold', 'Read, but without effect yet:');
  return `${title}\n${formatDiagnostics(issues, sourceLines(), cli.err)}\n`;
}

/**
 * Looks again after every change, so that a policy added while everything runs is not silently without effect either; each is named once.
 * Returns the function that ends it.
 */
export function watchUnenforced(
  controlPlane: ControlPlane,
  paths: readonly string[],
  known: readonly UnenforcedIssue[],
  cli: CliContext,
): () => void {
  const named = new Set(known.map(keyOf));
  const look = async (): Promise<void> => {
    const loaded = loadConfig(await readInputs(paths, cli));
    const fresh = unenforced(loaded.resources).filter((issue) => !named.has(keyOf(issue)));
    for (const issue of fresh) named.add(keyOf(issue));
    cli.err.write(describeUnenforced(fresh, cli));
  };
  return controlPlane.onEvent((event) => {
    if (event.type !== 'pushed') return;
    // A file that vanished between the event and the look is told of by the next event.
    look().catch((error: unknown) => cli.err.write(`${String(error)}\n`));
  });
}

/** Line numbers move when a file is edited; what stays is the object and the field. */
function keyOf(issue: UnenforcedIssue): string {
  return `${issue.resource ?? ''} ${issue.at}`;
}
