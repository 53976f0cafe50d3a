import type { CallerLabels, Interception, MeshRequest } from '@weft/testing';
import { parseLabels } from '../command/values.ts';

export interface ExplainOptions {
  readonly method: string;
  readonly url: string;
  /** `[name, value, …]`, names in lower case. */
  readonly headers: readonly string[];
  readonly from: string;
  /** Explain from files; empty: from what the proxies are assigned now. */
  readonly files: readonly string[];
  readonly interception: Interception;
  readonly output: string;
}

/** `app=curl,tier=front` is a caller that no configuration describes. */
export function callerOf(from: string): string | CallerLabels {
  return from.includes('=') ? { labels: parseLabels(from.split(',')) } : from;
}

export function requestOf({ from, headers, method, url }: ExplainOptions): MeshRequest {
  const byName = new Map<string, string[]>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    byName.set(name, [...(byName.get(name) ?? []), headers[i + 1] ?? '']);
  }
  return { from: callerOf(from), url, method, headers: Object.fromEntries(byName) };
}
