/** How many threads serve. */
import { availableParallelism } from 'node:os';
import type { Bootstrap } from './bootstrap/bootstrap.ts';

const WORDS = 'a number of threads, or auto for one per CPU';

/** Reads `--concurrency`: Envoy's number of worker threads; 0 and `auto` are one a CPU. A string says what is wrong with it. */
export function readConcurrency(text: string, cpus: () => number = availableParallelism): number | { problem: string } {
  if (text === 'auto') return cpus();
  const value = Number(text);
  if (!/^\d{1,3}$/.test(text) || value > 256) return { problem: `${JSON.stringify(text)} is not ${WORDS}` };
  return value === 0 ? cpus() : value;
}

/**
 * What the bootstrap wishes: Istio's `ProxyConfig.concurrency`, which its agent writes into the node's metadata. 1 when it says nothing:
 * every thread costs memory, and most sidecars need no second one.
 */
export function concurrencyOf(bootstrap: Bootstrap, cpus: () => number = availableParallelism): number {
  const config = bootstrap.node.metadata?.['PROXY_CONFIG'];
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return 1;
  const wish = config['concurrency'];
  if (typeof wish !== 'number' || !Number.isInteger(wish) || wish < 0) return 1;
  return wish === 0 ? cpus() : wish;
}
