/**
 * Measures several proxies fairly: every round measures each of them once, in an order that rotates, and the median over rounds
 * counts, so that a neighbour who is busy for a while does not decide the comparison.
 */
import { type FixedRateResult, fixedRate } from './fixed-rate.ts';
import { cpuMicros, residentKib } from './usage.ts';
import { saturate } from './wrk.ts';

/** A proxy that is up. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** Its clients speak TLS. */
  readonly secure?: boolean;
}

export interface Plan {
  readonly wrk: string;
  readonly connections: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Load before the first round, for JIT compilers, pools and caches. */
  readonly warmUpSeconds: number;
  readonly fixedRatePerSecond: number;
}

export interface Measurement {
  readonly name: string;
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** At the fixed rate. */
  readonly steady: { readonly p50Ms: number; readonly p99Ms: number; readonly cpuMicrosPerRequest: number };
  readonly residentMib: number;
  readonly failures: number;
}

interface Sample {
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

async function sample(subject: Subject, plan: Plan): Promise<Sample> {
  const before = cpuMicros(subject.pid);
  const load = await saturate(plan.wrk, subject.port, plan.connections, plan.seconds, subject.secure ?? false);
  const used = cpuMicros(subject.pid) - before;
  return { ...load, cpuMicrosPerRequest: used / load.requests };
}

interface SteadySample extends FixedRateResult {
  readonly cpuMicrosPerRequest: number;
}

async function steadySample(subject: Subject, plan: Plan): Promise<SteadySample> {
  const before = cpuMicros(subject.pid);
  const load = await fixedRate(
    subject.port,
    plan.fixedRatePerSecond,
    plan.seconds,
    plan.connections,
    subject.secure ?? false,
  );
  return { ...load, cpuMicrosPerRequest: (cpuMicros(subject.pid) - before) / load.requests };
}

/** Measures all subjects. `progress` is told what happens, for people who wait. */
export async function measure(
  subjects: readonly Subject[],
  plan: Plan,
  progress: (line: string) => void,
): Promise<readonly Measurement[]> {
  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]));
  const steady = new Map<Subject, SteadySample[]>(subjects.map((subject) => [subject, []]));
  for (const subject of subjects)
    await saturate(plan.wrk, subject.port, plan.connections, plan.warmUpSeconds, subject.secure ?? false);
  for (let round = 0; round < plan.rounds; round++) {
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(i + round) % subjects.length]!;
      const result = await sample(subject, plan);
      samples.get(subject)?.push(result);
      steady.get(subject)?.push(await steadySample(subject, plan));
      progress(
        `round ${round + 1}/${plan.rounds} ${subject.name}: ${result.cpuMicrosPerRequest.toFixed(1)} µs/request, ` +
          `${Math.round(result.requestsPerSecond)} requests/s`,
      );
    }
  }
  return subjects.map((subject) => summary(subject, samples.get(subject) ?? [], steady.get(subject) ?? []));
}

function summary(subject: Subject, samples: readonly Sample[], steady: readonly SteadySample[]): Measurement {
  return {
    name: subject.name,
    cpuMicrosPerRequest: median(samples.map((s) => s.cpuMicrosPerRequest)),
    requestsPerSecond: median(samples.map((s) => s.requestsPerSecond)),
    p50Ms: median(samples.map((s) => s.p50Ms)),
    p99Ms: median(samples.map((s) => s.p99Ms)),
    steady: {
      p50Ms: median(steady.map((s) => s.p50Ms)),
      p99Ms: median(steady.map((s) => s.p99Ms)),
      cpuMicrosPerRequest: median(steady.map((s) => s.cpuMicrosPerRequest)),
    },
    residentMib: residentKib(subject.pid) / 1024,
    failures: [...samples, ...steady].reduce((sum, s) => sum + s.failures, 0),
  };
}
