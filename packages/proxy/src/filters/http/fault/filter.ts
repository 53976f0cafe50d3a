/** envoy.filters.http.fault: delays and aborts a share of requests, on purpose. A route's configuration replaces the listener's. */
import type { Random } from '@weft/base';
import { type Fraction, headValue, matchesHeaderValue } from '@weft/engine';
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
import { Deadline } from '../../../time/wheel.ts';
import { decodeFault, type FaultConfig } from './config.ts';

function draws(share: Fraction, random: Random): boolean {
  return share.numerator > 0 && random.below(share.denominator) < share.numerator;
}

function concerns(config: FaultConfig, exchange: Exchange): boolean {
  const { plan, request } = exchange;
  if (config.upstreamCluster !== '' && (plan?.kind !== 'forward' || plan.cluster !== config.upstreamCluster))
    return false;
  return config.headers.every((match) => matchesHeaderValue(match, headValue(request, match.name)));
}

function abort(config: FaultConfig, exchange: Exchange): void {
  const grpc =
    config.grpcStatus === undefined
      ? undefined
      : ['content-type', 'application/grpc', 'grpc-status', String(config.grpcStatus)];
  exchange.reply('FAULT_ABORT', {
    status: config.abortStatus,
    cause: 'an abort is configured for a share of requests (fault.abort)',
    ...(grpc === undefined ? {} : { headers: grpc, body: '' }),
  });
}

function create(base: FaultConfig, context: FilterContext): HttpFilter {
  const { name, slot, random, wheel } = context;
  let active = 0;
  const decideAbort = (config: FaultConfig, exchange: Exchange): boolean => {
    if (config.abortStatus === 0 || !draws(config.abortShare, random)) return false;
    abort(config, exchange);
    return true;
  };
  return {
    onRequestHeaders(exchange) {
      const config = (exchange.overrides(name)?.[0] as FaultConfig | undefined) ?? base;
      if (config.delayMs === 0 && config.abortStatus === 0) return CONTINUE;
      if (!concerns(config, exchange) || active >= config.maxActiveFaults) return CONTINUE;
      if (config.delayMs === 0 || !draws(config.delayShare, random)) {
        decideAbort(config, exchange);
        return CONTINUE;
      }
      active++;
      exchange.addFlag('DI');
      const delay = new Deadline(() => {
        if (!decideAbort(config, exchange)) exchange.resumeRequest();
      });
      exchange.slots[slot] = delay;
      wheel.arm(delay, config.delayMs);
      return STOP;
    },
    onEnd(exchange) {
      const delay = exchange.slots[slot];
      if (!(delay instanceof Deadline)) return;
      active--;
      delay.disarm();
    },
  };
}

export const fault: HttpFilterKind = httpFilter({
  schema: HTTPFaultSchema,
  routeSchema: HTTPFaultSchema,
  decode: decodeFault,
  decodeRoute: decodeFault,
  create,
});
