import type { Endpoint } from '../endpoint/endpoint.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';

/**
 * Notes a response's latency: a peak is taken over at once, a better value only as time passes (Finagle's Peak EWMA, as Linkerd has
 * it). `decayMs` is the time after which an observation weighs 1/e.
 */
export function observeLatency(endpoint: Endpoint, latencyMs: number, nowMs: number, decayMs: number): void {
  const keep = endpoint.ewmaMs === 0 ? 0 : Math.exp(-Math.max(0, nowMs - endpoint.ewmaAtMs) / decayMs);
  endpoint.ewmaMs = latencyMs > endpoint.ewmaMs ? latencyMs : endpoint.ewmaMs * keep + latencyMs * (1 - keep);
  endpoint.ewmaAtMs = nowMs;
}

/**
 * Of two drawn by chance, the one with the lower latency × (requests in flight + 1), its weight taken into account. A latency fades while
 * nothing confirms it, so that an endpoint that was slow once is tried again. One that was never asked is asked first, by one request at
 * a time: while that is under way its latency is taken for `defaultRttMs`.
 */
export function peakEwma(input: PolicyInput, decayMs: number, defaultRttMs: number): PolicyPicker {
  const { endpoints, random, nowMs } = input;
  const cost = (endpoint: Endpoint, now: number): number => {
    const { active, ewmaMs } = endpoint;
    if (ewmaMs === 0) return active === 0 ? 0 : (defaultRttMs * (active + 1)) / endpoint.weight;
    const faded = ewmaMs * Math.exp(-Math.max(0, now - endpoint.ewmaAtMs) / decayMs);
    return (faded * (active + 1)) / endpoint.weight;
  };
  return {
    pick() {
      const size = endpoints.length;
      if (size < 2) return endpoints[0];
      const first = random.below(size);
      // The second is drawn from the others.
      const second = (first + 1 + random.below(size - 1)) % size;
      const a = endpoints[first]!;
      const b = endpoints[second]!;
      const now = nowMs();
      return cost(a, now) <= cost(b, now) ? a : b;
    },
  };
}
