/** Saturating load by wrk: as many requests as come back, over a fixed number of kept-alive connections. */
import type { LoadResult, Subject } from './rounds.ts';
import { LOAD_CORE, runPinned } from './running.ts';

/** wrk prints `1.23ms`, `456.00us`, `1.20s`. */
function milliseconds(text: string): number {
  const [, value = '0', unit = ''] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1);
}

function field(output: string, pattern: RegExp): string {
  return pattern.exec(output)?.[1] ?? '0';
}

export function parseWrk(output: string): LoadResult {
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output);
  const broken = (socketErrors?.slice(1) ?? []).reduce((sum, n) => sum + Number(n), 0);
  return {
    requests: Number(field(output, /^\s*(\d+) requests in/m)),
    requestsPerSecond: Number(field(output, /^Requests\/sec:\s+([\d.]+)/m)),
    p50Ms: milliseconds(field(output, /^\s+50%\s+(\S+)/m)),
    p99Ms: milliseconds(field(output, /^\s+99%\s+(\S+)/m)),
    failures: broken + Number(field(output, /Non-2xx or 3xx responses: (\d+)/)),
  };
}

export async function saturate(
  wrk: string,
  { port, path, secure }: Subject,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}${path ?? '/'}`;
  const args = ['--latency', '-t', '1', '-c', String(connections), '-d', `${seconds}s`, url];
  return parseWrk(await runPinned(LOAD_CORE, wrk, args));
}
