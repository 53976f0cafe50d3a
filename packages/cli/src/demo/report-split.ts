import type { ControlPlane } from '@weft/control-plane';
import type { CliContext } from '../command/context.ts';
import { paint } from '../output/paint.ts';
import { describeSplit, type LoadCounts, type LoadGenerator } from './load-generator.ts';

const WATCHED_MS = 5000;
const FAILURES_MS = 1000;

/**
 * After a change is live, says how the load was split in the seconds that follow; whenever requests failed, says how many. Returns the
 * function that ends it.
 */
export function reportSplit(controlPlane: ControlPlane, load: LoadGenerator, cli: CliContext): () => void {
  let pending: { cancel(): void } | undefined;
  const stopEvents = controlPlane.onEvent((event) => {
    if (event.type !== 'live' || !load.running) return;
    const before = load.counts;
    pending?.cancel();
    pending = cli.clock.after(WATCHED_MS, () => {
      const failed = load.counts.failed - before.failed;
      cli.out.write(`  load since then: ${describeSplit(load.counts, before)}, ${failed} failed\n`);
    });
  });
  let seen: LoadCounts = load.counts;
  const failures = cli.clock.every(FAILURES_MS, () => {
    const failed = load.counts.failed - seen.failed;
    seen = load.counts;
    if (failed > 0) cli.out.write(`${paint(cli.out, 'red', '✗')} ${failed} requests of the load failed\n`);
  });
  return () => {
    stopEvents();
    pending?.cancel();
    failures.cancel();
  };
}
