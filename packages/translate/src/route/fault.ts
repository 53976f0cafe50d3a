import { create } from '@bufbuild/protobuf';
import { grpcStatusCode } from '@weft/base';
import type { FaultAbort, FaultDelay, HttpFaultInjection } from '@weft/config';
import {
  type FaultDelay as EnvoyDelay,
  FaultDelaySchema,
} from '@weft/xds/gen/envoy/extensions/filters/common/fault/v3/fault_pb';
import {
  type FaultAbort as EnvoyAbort,
  FaultAbortSchema,
  type HTTPFault,
  HTTPFaultSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import { duration } from '../wire/duration.ts';
import { fractionalPercent, wholePercent } from '../wire/percent.ts';

/** `fault` → the fault filter's per-route config; undefined when neither part says what to do (route.go, TranslateFault). */
export function httpFault(fault: HttpFaultInjection): HTTPFault | undefined {
  const delay = fault.delay === undefined ? undefined : faultDelay(fault.delay);
  const abort = fault.abort === undefined ? undefined : faultAbort(fault.abort);
  if (delay === undefined && abort === undefined) return undefined;
  return create(HTTPFaultSchema, { ...(delay && { delay }), ...(abort && { abort }) });
}

function faultDelay(delay: FaultDelay): EnvoyDelay | undefined {
  if (delay.fixedDelayMs === undefined) return undefined;
  return create(FaultDelaySchema, {
    percentage:
      delay.percentage === undefined
        ? wholePercent(delay.percent ?? 0)
        : fractionalPercent(delay.percentage.value ?? 0),
    faultDelaySecifier: { case: 'fixedDelay', value: duration(delay.fixedDelayMs) },
  });
}

function faultAbort(abort: FaultAbort): EnvoyAbort | undefined {
  const errorType = abortType(abort);
  if (errorType === undefined) return undefined;
  return create(FaultAbortSchema, {
    errorType,
    ...(abort.percentage && { percentage: fractionalPercent(abort.percentage.value ?? 0) }),
  });
}

function abortType(abort: FaultAbort): EnvoyAbort['errorType'] | undefined {
  if (abort.httpStatus !== undefined) return { case: 'httpStatus', value: abort.httpStatus };
  if (abort.grpcStatus === undefined) return undefined;
  const code = grpcStatusCode(abort.grpcStatus);
  return { case: 'grpcStatus', value: code ?? Number(abort.grpcStatus) };
}
