/** What a filter may know of a request that is only thought of: no socket, no stream. */
import type { Random } from '@weft/base';
import type { Plan } from '@weft/engine';
import type { ReplyCode } from './replies.ts';

export interface PredictedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authority: string;
  readonly scheme: string;
  /** `[name, value, …]`, names in lower case. */
  readonly headers: readonly string[];
  readonly plan: Plan | undefined;
  /** The filter's configuration for the route, most specific first; undefined when the route says nothing. */
  readonly overrides: readonly unknown[] | undefined;
  readonly connection: PredictedConnection;
  readonly random: Random;
  /** Called by a filter that would hold the request for so many milliseconds. */
  readonly delayed: (ms: number) => void;
  /** Called with what a filter does to a share of requests, whether or not chance chose this one. */
  readonly chance: (what: string, percent: number) => void;
}

export interface PredictedConnection {
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /** Lower-case SNI; empty without TLS. */
  readonly serverName: string;
  /** URI name of the client's certificate; empty without one. */
  readonly principal: string;
}

/** The filter answers, and the request goes no further. */
export interface PredictedReply {
  readonly code: ReplyCode;
  /** Undefined: the status of the code. */
  readonly status: number | undefined;
  readonly cause: string;
}

/** For filters that never answer a request themselves. */
export function neverReplies(): undefined {
  return undefined;
}
