import type { OverloadConfig } from '../overload/overload-config.ts';

/** A worker's part of a number: the parts add up to it, except that nobody gets less than 1. */
export function shareOf(total: number, index: number, count: number): number {
  if (!Number.isFinite(total)) return total;
  const part = Math.floor(total / count) + (index < total % count ? 1 : 0);
  return Math.max(1, part);
}

/** Connection limits divided among workers; the limit on memory is everybody's, as memory is. */
export function shareOverload(config: OverloadConfig, index: number, count: number): OverloadConfig {
  return {
    ...config,
    maxConnections: shareOf(config.maxConnections, index, count),
    maxListenerConnections: new Map(
      [...config.maxListenerConnections].map(([name, limit]) => [name, shareOf(limit, index, count)]),
    ),
  };
}
