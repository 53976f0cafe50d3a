/**
 * Measures several proxies fairly: every round measures each of them once, in an order that rotates, and the median over rounds
 * counts, so that a neighbour who is busy for a while does not decide the comparison.
 */
import type { Column, Measurement } from '../scenarios/scenario.ts';
import { type FixedRateResult, fixedRate } from './fixed-rate.ts';
import { cpuMicros, residentKib } from './usage.ts';

/** A proxy that is up. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  /** Processes that do the work together with `pid`: their CPU time and memory count as well. */
  readonly helpers?: readonly number[];
  readonly port: number;
  /** Its clients speak TLS. */
  readonly secure?: boolean;
  /** What its clients ask for; absent is `/`. */
  readonly path?: string;
}

/** What a load generator saw. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Absent where the generator tells no quantiles. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Responses outside 2xx and 3xx, and broken connections. */
  readonly failures: number;
}

export interface Plan {
  /** As many requests as come back, for so long. */
  readonly saturate: (subject: Subject, seconds: number) => Promise<LoadResult>;
  readonly rounds: number;
  readonly seconds: number;
  /** Load before the first round, for JIT compilers, pools and caches. */
  readonly warmUpSeconds: number;
  /** A second measurement at a fixed rate. */
  readonly steady?: { readonly requestsPerSecond: number; readonly connections: number };
}

export const LOAD_COLUMNS: readonly Column[] = [
  { key: 'cpuMicrosPerRequest', title: 'CPU µs/request', digits: 1 },
  { key: 'requestsPerSecond', title: 'requests/s', digits: 0 },
  { key: 'p50Ms', title: 'p50 ms', digits: 2 },
  { key: 'p99Ms', title: 'p99 ms', digits: 2 },
];

export const STEADY_COLUMNS: readonly Column[] = [
  { key: 'steadyP50Ms', title: 'steady p50 ms', digits: 2 },
  { key: 'steadyP99Ms', title: 'steady p99 ms', digits: 2 },
  { key: 'steadyCpuMicrosPerRequest', title: 'steady CPU µs/request', digits: 0 },
];

export const MEMORY_COLUMN: Column = { key: 'residentMib', title: 'resident MiB', digits: 0 };

interface Sample extends LoadResult {
  readonly cpuMicrosPerRequest: number;
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

function cpuOf({ pid, helpers = [] }: Subject): number {
  return [pid, ...helpers].reduce((sum, each) => sum + cpuMicros(each), 0);
}

async function sample(subject: Subject, plan: Plan): Promise<Sample> {
  const before = cpuOf(subject);
  const load = await plan.saturate(subject, plan.seconds);
  const used = cpuOf(subject) - before;
  return { ...load, cpuMicrosPerRequest: used / load.requests };
}

interface SteadySample extends FixedRateResult {
  readonly cpuMicrosPerRequest: number;
}

async function steadySample(
  subject: Subject,
  seconds: number,
  steady: NonNullable<Plan['steady']>,
): Promise<SteadySample> {
  const before = cpuOf(subject);
  const { requestsPerSecond, connections } = steady;
  const load = await fixedRate(subject.port, requestsPerSecond, seconds, connections, subject.secure ?? false);
  return { ...load, cpuMicrosPerRequest: (cpuOf(subject) - before) / load.requests };
}

/** Measures all subjects. `progress` is told what happens, for people who wait. */
export async function measure(
  subjects: readonly Subject[],
  plan: Plan,
  progress: (line: string) => void,
): Promise<readonly Measurement[]> {
  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]));
  const steady = new Map<Subject, SteadySample[]>(subjects.map((subject) => [subject, []]));
  for (const subject of subjects) await plan.saturate(subject, plan.warmUpSeconds);
  for (let round = 0; round < plan.rounds; round++) {
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(i + round) % subjects.length]!;
      const result = await sample(subject, plan);
      samples.get(subject)?.push(result);
      if (plan.steady !== undefined) steady.get(subject)?.push(await steadySample(subject, plan.seconds, plan.steady));
      progress(
        `round ${round + 1}/${plan.rounds} ${subject.name}: ${result.cpuMicrosPerRequest.toFixed(1)} µs/request, ` +
          `${Math.round(result.requestsPerSecond)} requests/s`,
      );
    }
  }
  return subjects.map((subject) => summary(subject, samples.get(subject) ?? [], steady.get(subject) ?? []));
}

function summary(subject: Subject, samples: readonly Sample[], steady: readonly SteadySample[]): Measurement {
  const values = {
    cpuMicrosPerRequest: median(samples.map((s) => s.cpuMicrosPerRequest)),
    requestsPerSecond: median(samples.map((s) => s.requestsPerSecond)),
    p50Ms: median(samples.map((s) => s.p50Ms ?? Number.NaN)),
    p99Ms: median(samples.map((s) => s.p99Ms ?? Number.NaN)),
    steadyP50Ms: median(steady.map((s) => s.p50Ms)),
    steadyP99Ms: median(steady.map((s) => s.p99Ms)),
    steadyCpuMicrosPerRequest: median(steady.map((s) => s.cpuMicrosPerRequest)),
    residentMib: [subject.pid, ...(subject.helpers ?? [])].reduce((sum, pid) => sum + residentKib(pid), 0) / 1024,
  };
  const failures = [...samples, ...steady].reduce((sum, s) => sum + s.failures, 0);
  return { name: subject.name, values, failures };
}
