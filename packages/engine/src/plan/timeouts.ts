import type { ForwardAction, GrpcTimeout } from '../route/route.ts';

/** Milliseconds; 0 is no limit. */
export interface RequestTimeouts {
  /** For the whole exchange, retries included. */
  readonly timeoutMs: number;
  /** For the stream from its first byte; undefined leaves the connection manager's. */
  readonly maxStreamDurationMs: number | undefined;
}

/** A route's limits for one request, given its `grpc-timeout` header. */
export function requestTimeouts(action: ForwardAction, grpcTimeout: string | undefined): RequestTimeouts {
  if (action.grpcTimeout === undefined && action.grpcStreamDuration === undefined) {
    return { timeoutMs: action.timeoutMs, maxStreamDurationMs: action.maxStreamDurationMs };
  }
  const asked = grpcTimeout === undefined ? undefined : parseGrpcTimeoutMs(grpcTimeout);
  return {
    timeoutMs: action.grpcTimeout === undefined ? action.timeoutMs : bounded(asked ?? 0, action.grpcTimeout),
    maxStreamDurationMs:
      action.grpcStreamDuration === undefined || asked === undefined
        ? action.maxStreamDurationMs
        : bounded(asked, action.grpcStreamDuration),
  };
}

/** 0 is no limit on either side; an offset that would leave nothing is not applied (RouteAction.grpc_timeout_offset). */
function bounded(askedMs: number, limit: GrpcTimeout): number {
  const ms = askedMs > limit.offsetMs ? askedMs - limit.offsetMs : askedMs;
  if (limit.maxMs === 0) return ms;
  return ms === 0 || ms > limit.maxMs ? limit.maxMs : ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** `grpc-timeout`: at most eight digits and a unit (gRPC over HTTP/2, "Timeout"), in milliseconds, rounded up; undefined when it is neither. */
function parseGrpcTimeoutMs(text: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  if (match === null) return undefined;
  return Math.ceil(Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0));
}
