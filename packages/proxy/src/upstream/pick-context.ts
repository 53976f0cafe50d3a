import { type ForwardPlan, hashRequest, type PickContext } from '@weft/engine';
import { appendHeader } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';

/** One for all picks: a pick reads it and is done. */
const CONTEXT: PickContext = {
  hashHi: 0,
  hashLo: 0,
  hashed: false,
  previous: undefined,
  attempts: 1,
  metadataMatch: undefined,
};

/** @hot What the first pick for a request depends on. */
export function firstPick(exchange: Exchange, plan: ForwardPlan): PickContext {
  CONTEXT.hashed = false;
  CONTEXT.previous = undefined;
  CONTEXT.attempts = 1;
  CONTEXT.metadataMatch = plan.metadataMatch;
  const { hash } = plan.action;
  if (hash.length > 0) {
    const { connection } = exchange.downstream;
    const cookie = hashRequest(hash, exchange.request, connection.remoteHost, exchange.manager.random, CONTEXT);
    if (cookie !== undefined) appendHeader(exchange.lateHeaders, 'set-cookie', cookie.setCookie);
  }
  return CONTEXT;
}
