/** Saturating HTTP/2 load by h2load, with prior knowledge: so many connections, and so many streams at once on each. */
import type { LoadResult, Subject } from './rounds.ts';
import { LOAD_CORE, runPinned } from './running.ts';

/** h2load tells no quantiles, so there are none. */
export function parseH2load(output: string): LoadResult {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const requests = number(/^status codes: (\d+) 2xx/m);
  return {
    requests,
    requestsPerSecond: number(/^finished in [^,]+, ([\d.]+) req\/s/m),
    failures:
      number(/(\d+) failed/) + number(/(\d+) timeout/) + number(/2xx, \d+ 3xx, (\d+) 4xx/) + number(/4xx, (\d+) 5xx/),
  };
}

export async function saturateHttp2(
  h2load: string,
  { port, path }: Subject,
  connections: number,
  streams: number,
  seconds: number,
): Promise<LoadResult> {
  const args = ['-c', connections, '-m', streams, '-t', 1, '-D', seconds, `http://127.0.0.1:${port}${path ?? '/'}`];
  return parseH2load(await runPinned(LOAD_CORE, h2load, args.map(String)));
}
