import type { PolicySelector } from '../../shared/selector/type.ts';

/**
 * Which mutual TLS a workload demands.
 *
 * https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export interface PeerAuthenticationSpec {
  readonly mtls?: MutualTls;
  readonly portLevelMtls?: Readonly<Record<string, MutualTls>>;
  readonly selector?: PolicySelector;
}

/** A mutual TLS mode. */
export interface MutualTls {
  readonly mode?: 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';
}
