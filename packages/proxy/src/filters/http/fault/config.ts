import type { Decoded } from '@weft/base';
import {
  checkFields,
  compileHeaderMatch,
  durationMs,
  type Fraction,
  fraction,
  type HeaderMatch,
  Issues,
  SHARED_MESSAGES,
  type SupportedMessages,
} from '@weft/engine';
import type { FaultDelay } from '@weft/xds/gen/envoy/extensions/filters/common/fault/v3/fault_pb';
import {
  type FaultAbort,
  type HTTPFault,
  HTTPFaultSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import type { FractionalPercent } from '@weft/xds/gen/envoy/type/v3/percent_pb';

/** What to do to a share of requests. */
export interface FaultConfig {
  readonly delayMs: number;
  /** The request's own header says for how long. */
  readonly delayByHeader: boolean;
  readonly delayShare: Fraction;
  /** 0: no abort. */
  readonly abortStatus: number;
  /** Answer as gRPC does: HTTP 200 and this `grpc-status`. */
  readonly grpcStatus: number | undefined;
  /** The request's own header says with which status. */
  readonly abortByHeader: boolean;
  readonly abortShare: Fraction;
  /** Only requests that match all of these. */
  readonly headers: readonly HeaderMatch[];
  /** Only requests to this cluster; empty: to any. */
  readonly upstreamCluster: string;
  readonly maxActiveFaults: number;
}

const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  'envoy.extensions.filters.http.fault.v3.HTTPFault': {
    read: ['delay', 'abort', 'upstream_cluster', 'max_active_faults'],
    harmless: ['headers', 'disable_downstream_cluster_stats'],
  },
  'envoy.extensions.filters.common.fault.v3.FaultDelay': {
    read: ['fixed_delay', 'header_delay', 'percentage'],
  },
  'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': { read: [] },
  'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': { read: [] },
  'envoy.extensions.filters.http.fault.v3.FaultAbort': {
    read: ['http_status', 'grpc_status', 'header_abort', 'percentage'],
  },
};

/** FaultDelay.percentage: "the percentage of operations/connections/requests on which the delay will be injected"; none without. */
const NEVER: Fraction = { numerator: 0, denominator: 100 };

function share(percent: FractionalPercent | undefined): Fraction {
  return percent === undefined ? NEVER : fraction(percent);
}

function delayOf(delay: FaultDelay | undefined, at: string, issues: Issues): number {
  const specifier = delay?.faultDelaySecifier;
  return specifier?.case === 'fixedDelay' ? durationMs(specifier.value, `${at}.delay.fixed_delay`, issues) : 0;
}

function abortOf(abort: FaultAbort | undefined): {
  readonly abortStatus: number;
  readonly grpcStatus: number | undefined;
} {
  const type = abort?.errorType;
  if (type?.case === 'httpStatus') return { abortStatus: type.value, grpcStatus: undefined };
  if (type?.case === 'grpcStatus') return { abortStatus: 200, grpcStatus: type.value };
  return { abortStatus: 0, grpcStatus: undefined };
}

export function decodeFault(message: HTTPFault, at: string): Decoded<FaultConfig> {
  const issues = new Issues('HTTPFault');
  checkFields(HTTPFaultSchema, message, at, SUPPORTED, issues);
  return issues.end({
    delayMs: delayOf(message.delay, at, issues),
    delayByHeader: message.delay?.faultDelaySecifier.case === 'headerDelay',
    delayShare: share(message.delay?.percentage),
    ...abortOf(message.abort),
    abortByHeader: message.abort?.errorType.case === 'headerAbort',
    abortShare: share(message.abort?.percentage),
    headers: message.headers.map((matcher, i) => compileHeaderMatch(matcher, `${at}.headers[${i}]`, issues)),
    upstreamCluster: message.upstreamCluster,
    maxActiveFaults: message.maxActiveFaults ?? Number.POSITIVE_INFINITY,
  });
}
