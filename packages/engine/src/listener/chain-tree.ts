import type { FilterChain } from './listener.ts';

/** The nine steps of filter-chain matching as nested indexes. */
export interface ChainTree {
  readonly chains: readonly FilterChain[];
}
