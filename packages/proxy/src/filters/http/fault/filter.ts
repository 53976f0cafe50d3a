/** envoy.filters.http.fault: delays and aborts a share of requests, on purpose. A route's configuration replaces the listener's. */
import type { Random } from '@weft/base';
import { type Fraction, headValue, matchesHeaderValue, type Plan, type RequestHead } from '@weft/engine';
import { HTTPFaultSchema } from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
  STOP,
} from '../../../stream/http-filter.ts';
import type { PredictedReply, PredictedRequest } from '../../../stream/prediction.ts';
import { Deadline } from '../../../time/wheel.ts';
import { decodeFault, type FaultConfig } from './config.ts';
import { abortOf, delayOf, type InjectedAbort } from './injected.ts';
import { faultStats } from './stats.ts';

function draws(share: Fraction, random: Random): boolean {
  return share.numerator > 0 && random.below(share.denominator) < share.numerator;
}

function concerns(config: FaultConfig, plan: Plan | undefined, request: RequestHead): boolean {
  if (config.upstreamCluster !== '' && (plan?.kind !== 'forward' || plan.cluster !== config.upstreamCluster))
    return false;
  return config.headers.every((match) => matchesHeaderValue(match, headValue(request, match.name)));
}

const ABORT_CAUSE = 'an abort is configured for a share of requests (fault.abort)';

function abort({ status, grpcStatus }: InjectedAbort, exchange: Exchange): void {
  const grpc =
    grpcStatus === undefined ? undefined : ['content-type', 'application/grpc', 'grpc-status', String(grpcStatus)];
  exchange.reply('FAULT_ABORT', {
    status,
    cause: ABORT_CAUSE,
    ...(grpc === undefined ? {} : { headers: grpc, body: '' }),
  });
}

function create(base: FaultConfig, context: FilterContext): HttpFilter {
  const { name, slot, random, wheel } = context;
  const stats = faultStats(context.stats, context.statPrefix);
  let active = 0;
  const decideAbort = (config: FaultConfig, exchange: Exchange): boolean => {
    const injected = abortOf(config, exchange.request.headers);
    if (injected === undefined || !draws(injected.share, random)) return false;
    stats.abortsInjected.inc();
    abort(injected, exchange);
    return true;
  };
  return {
    onRequestHeaders(exchange) {
      const config = (exchange.overrides(name)?.[0] as FaultConfig | undefined) ?? base;
      if (config.delayMs === 0 && config.abortStatus === 0 && !config.delayByHeader && !config.abortByHeader)
        return CONTINUE;
      if (!concerns(config, exchange.plan, exchange.request)) return CONTINUE;
      if (active >= config.maxActiveFaults) {
        stats.faultsOverflow.inc();
        return CONTINUE;
      }
      const injected = delayOf(config, exchange.request.headers);
      if (injected === undefined || !draws(injected.share, random)) {
        decideAbort(config, exchange);
        return CONTINUE;
      }
      active++;
      stats.activeFaults.inc();
      stats.delaysInjected.inc();
      exchange.addFlag('DI');
      const delay = new Deadline(() =>
        exchange.later(() => {
          if (!decideAbort(config, exchange)) exchange.intake.resume();
        }),
      );
      exchange.slots[slot] = delay;
      wheel.arm(delay, injected.ms);
      return STOP;
    },
    onEnd(exchange) {
      const delay = exchange.slots[slot];
      if (!(delay instanceof Deadline)) return;
      active--;
      stats.activeFaults.dec();
      delay.disarm();
    },
  };
}

/** The delay comes first, so it draws first; an abort follows it. */
function predict(base: FaultConfig, request: PredictedRequest): PredictedReply | undefined {
  const config = (request.overrides?.[0] as FaultConfig | undefined) ?? base;
  if (!concerns(config, request.plan, request)) return undefined;
  const percentOf = ({ numerator, denominator }: Fraction): number => (numerator / denominator) * 100;
  const delay = delayOf(config, request.headers);
  if (delay !== undefined) request.chance(`a delay of ${delay.ms} ms`, percentOf(delay.share));
  if (delay !== undefined && draws(delay.share, request.random)) request.delayed(delay.ms);
  const injected = abortOf(config, request.headers);
  if (injected !== undefined) request.chance(`an abort with ${injected.status}`, percentOf(injected.share));
  if (injected === undefined || !draws(injected.share, request.random)) return undefined;
  return { code: 'FAULT_ABORT', status: injected.status, cause: ABORT_CAUSE };
}

export const fault: HttpFilterKind = httpFilter({
  schema: HTTPFaultSchema,
  routeSchema: HTTPFaultSchema,
  decode: decodeFault,
  decodeRoute: decodeFault,
  create,
  predict,
});
