import type { HeaderMatch } from '../match/header-match.ts';
import type { QueryMatch } from '../match/query-match.ts';

/** One entry of `rate_limits`: a recipe for one descriptor. */
export interface RateLimitRule {
  /** The filter of the same number applies it. */
  readonly stage: number;
  readonly actions: readonly RateLimitAction[];
}

/** Appends an entry to the descriptor. An action that has nothing to append voids the descriptor, unless it may be skipped. */
export type RateLimitAction =
  | { readonly kind: 'source-cluster' | 'destination-cluster' | 'remote-address' }
  | { readonly kind: 'header'; readonly name: string; readonly key: string; readonly skipIfAbsent: boolean }
  | { readonly kind: 'generic'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'header-match';
      readonly key: string;
      readonly value: string;
      readonly expect: boolean;
      readonly headers: readonly HeaderMatch[];
    }
  | {
      readonly kind: 'query-match';
      readonly key: string;
      readonly value: string;
      readonly expect: boolean;
      readonly parameters: readonly QueryMatch[];
    }
  | {
      readonly kind: 'route-metadata';
      readonly key: string;
      readonly filter: string;
      readonly path: readonly string[];
      readonly orElse: string;
      readonly skipIfAbsent: boolean;
    };

/** `vh_rate_limits`: when the virtual host's rules count besides the route's. */
export type VirtualHostRules = 'override' | 'include' | 'ignore';

/** Keys and values, in order: what a limit is looked up by. */
export type Descriptor = readonly (readonly [key: string, value: string])[];
