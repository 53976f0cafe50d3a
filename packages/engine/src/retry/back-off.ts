import type { Random } from '@weft/base';
import type { RetryPolicy } from './policy.ts';

/**
 * Milliseconds to wait before retry number `retry` (from 1): fully jittered exponential back-off, a whole number below
 * min(base × (2^retry − 1), max) (Envoy, router "x-envoy-max-retries").
 */
export function backOffMs(policy: RetryPolicy, retry: number, random: Random): number {
  const bound = Math.min(policy.baseIntervalMs * (2 ** Math.min(retry, 31) - 1), policy.maxIntervalMs);
  return random.below(Math.max(1, Math.floor(bound)));
}

/**
 * What the upstream's reset header asks for (RetryPolicy.RateLimitedRetryBackOff), with up to half as much again by chance so that
 * clients do not return together; undefined when no header says anything usable, then `backOffMs` applies. `nowMs` is the wall clock.
 */
export function rateLimitedBackOffMs(
  policy: RetryPolicy,
  responseHeaders: readonly string[],
  nowMs: number,
  random: Random,
): number | undefined {
  const limited = policy.rateLimited;
  if (limited === undefined) return undefined;
  for (const { name, format } of limited.headers) {
    const at = responseHeaders.findIndex((header, i) => i % 2 === 0 && header === name);
    const text = at < 0 ? '' : (responseHeaders[at + 1] ?? '').trim();
    if (!/^\d{1,15}$/.test(text)) continue;
    const ms = format === 'seconds' ? Number(text) * 1000 : Number(text) * 1000 - nowMs;
    if (ms >= 0 && ms <= limited.maxIntervalMs) return ms + random.below(Math.max(1, Math.floor(ms / 2)));
  }
  return undefined;
}
