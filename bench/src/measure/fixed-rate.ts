/** Runs load/fixed-rate.ts on the load's core. */
import { join } from 'node:path';
import { LOAD_CORE, runPinned } from './running.ts';

export interface FixedRateResult {
  readonly requests: number;
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxTimerLateMs: number;
}

export async function fixedRate(
  port: number,
  rate: number,
  seconds: number,
  connections: number,
  secure: boolean,
): Promise<FixedRateResult> {
  const program = join(import.meta.dirname, '../load/fixed-rate.ts');
  const args = [program, ...[port, rate, seconds, connections].map(String), secure ? 'tls' : 'plain'];
  const result: FixedRateResult = JSON.parse(await runPinned(LOAD_CORE, process.execPath, args));
  return result;
}
