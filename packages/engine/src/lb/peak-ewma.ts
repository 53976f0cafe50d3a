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

/** Of two drawn by chance, the one with the lower latency × (requests in flight + 1), its weight taken into account. */
export function peakEwma(input: PolicyInput, defaultRttMs: number): PolicyPicker {
  const { endpoints, random } = input;
  const cost = (endpoint: Endpoint): number =>
    ((endpoint.ewmaMs || defaultRttMs) * (endpoint.active + 1)) / endpoint.weight;
  return {
    pick() {
      const size = endpoints.length;
      if (size < 2) return endpoints[0];
      const first = random.below(size);
      // The second is drawn from the others.
      const second = (first + 1 + random.below(size - 1)) % size;
      const a = endpoints[first]!;
      const b = endpoints[second]!;
      return cost(a) <= cost(b) ? a : b;
    },
  };
}
