import type { HeaderOps } from '../format/header-ops.ts';
import type { StringMatch } from '../match/string-match.ts';
import type { MetadataMatch } from '../route/route.ts';

/** A `core.v3.HealthCheck`. Times in milliseconds. */
export interface HealthCheckConfig {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly initialJitterMs: number;
  readonly intervalJitterMs: number;
  readonly intervalJitterPercent: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly noTrafficIntervalMs: number;
  readonly noTrafficHealthyIntervalMs: number;
  readonly unhealthyIntervalMs: number;
  readonly unhealthyEdgeIntervalMs: number;
  readonly healthyEdgeIntervalMs: number;
  readonly altPort: number | undefined;
  /** The connection of a check is kept for the next one. */
  readonly reuseConnection: boolean;
  /** Offered instead of what the transport socket says; empty leaves that. */
  readonly alpn: readonly string[];
  /** Chooses among `transport_socket_matches` instead of the endpoint's metadata. */
  readonly transportSocketMatch: MetadataMatch | undefined;
  readonly check: HealthChecker;
}

export type HealthChecker =
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly path: string;
      readonly method: string;
      readonly http2: boolean;
      /** `[start, end)` ranges. */
      readonly expected: readonly (readonly [number, number])[];
      readonly retriable: readonly (readonly [number, number])[];
      readonly requestHeaders: HeaderOps;
      readonly send: Uint8Array | undefined;
      readonly receive: readonly Uint8Array[];
      /** How much of the answer's body `receive` is looked for in; infinite for all of it. */
      readonly responseBufferBytes: number;
      /** Matches what the answer's `x-envoy-upstream-healthchecked-cluster` says. */
      readonly serviceName: StringMatch | undefined;
    }
  | { readonly kind: 'tcp'; readonly send: Uint8Array | undefined; readonly receive: readonly Uint8Array[] }
  | { readonly kind: 'grpc'; readonly service: string; readonly authority: string; readonly metadata: HeaderOps };
