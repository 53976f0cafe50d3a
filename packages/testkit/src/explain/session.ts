import type { Random } from '@weft/base';
import type { Balancer, HostSet } from '@weft/engine';
import type { ProxyView } from './proxy-view.ts';

/** A cluster's endpoints with the balancer over them. */
export interface Balanced {
  readonly balancer: Balancer;
  readonly hosts: HostSet;
}

/** What requests that follow each other share: chance, and where round robin stands. */
export interface Session {
  readonly random: Random;
  readonly balanced: Map<ProxyView, Map<string, Balanced>>;
  /** Whether to say why, or only what. */
  readonly traced: boolean;
  readonly trustDomain: string;
}

export function newSession(random: Random, traced: boolean, trustDomain = 'cluster.local'): Session {
  return { random, balanced: new Map(), traced, trustDomain };
}
