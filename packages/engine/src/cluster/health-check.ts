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
  readonly alpn: readonly string[];
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
      readonly responseBufferBytes: number;
      readonly serviceName: StringMatch | undefined;
    }
  | { readonly kind: 'tcp'; readonly send: Uint8Array | undefined; readonly receive: readonly Uint8Array[] }
  | { readonly kind: 'grpc'; readonly service: string; readonly authority: string; readonly metadata: HeaderOps };
