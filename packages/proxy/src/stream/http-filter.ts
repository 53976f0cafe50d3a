/**
 * The contract of HTTP filters: synchronous, one object per configuration shared by all streams, verdicts instead of promises. A filter
 * that must wait says STOP and later calls `exchange.intake.resume()` or `exchange.reply(…)`, within `exchange.later(…)` so that an
 * exception ends its stream only. Phases that are absent cost nothing.
 */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Clock, Decoded, Logger, Random } from '@weft/base';
import type { HeaderBlock } from '@weft/http';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { MeshReport } from '../hcm/mesh-report.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import type { TimerWheel } from '../time/wheel.ts';
import type { SharedInstant } from '../workers/shared-instant.ts';
import type { Exchange } from './exchange.ts';
import type { PredictedReply, PredictedRequest } from './prediction.ts';

export const CONTINUE = 0;
/** The filter will call `intake.resume` or `reply` later. */
export const STOP = 1;
export type Verdict = typeof CONTINUE | typeof STOP;

/** Chunks are lent: a filter that keeps one copies it (`exchange.own`). */
export interface HttpFilter {
  readonly onRequestHeaders?: (exchange: Exchange, end: boolean) => Verdict;
  readonly onRequestBody?: (exchange: Exchange, chunk: Buffer) => void;
  readonly onRequestEnd?: (exchange: Exchange, trailers: HeaderBlock | undefined) => void;
  /** Sees upstream responses and the proxy's own replies alike. Headers may be edited; the response cannot be held back. */
  readonly onResponseHeaders?: (exchange: Exchange, end: boolean) => void;
  readonly onResponseBody?: (exchange: Exchange, chunk: Buffer) => void;
  readonly onResponseEnd?: (exchange: Exchange, trailers: HeaderBlock | undefined) => void;
  /** Exactly once, however the stream ended; cancel what is pending here. */
  readonly onEnd?: (exchange: Exchange) => void;
}

/** The clusters in force, by name. */
export interface ClusterLookup {
  get(name: string): UpstreamCluster | undefined;
}

/** What a filter may use besides the exchange. */
export interface FilterContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly wheel: TimerWheel;
  readonly logger: Logger;
  readonly stats: StatsRegistry;
  readonly clusters: ClusterLookup;
  /** Undefined on listeners that are not part of the mesh. */
  readonly mesh: MeshReport | undefined;
  /** The connection manager's `stat_prefix`. */
  readonly statPrefix: string;
  /** The proxy's own cluster (`node.cluster`). */
  readonly localCluster: string;
  /** Where in `exchange.slots` this filter may keep what belongs to one stream. */
  readonly slot: number;
  /** A point in time that this filter, of this listener, has in common with its like in other threads; undefined with one thread. */
  readonly sharedInstant: (key: string) => SharedInstant | undefined;
  /** The filter's name in the configuration: the key of per-route overrides. */
  readonly name: string;
}

/** A kind of filter, found by the type of its configuration message. */
export interface HttpFilterKind {
  readonly schema: DescMessage;
  /** The type inside a `TypedStruct`, for filters whose messages this proxy has no schema of. */
  readonly structType: string | undefined;
  /** Messages that a route may hold for this filter in `typed_per_filter_config`, when it differs from `schema`. */
  readonly routeSchema: DescMessage | undefined;
  /** The last filter of a chain, which answers the request. */
  readonly terminal: boolean;
  decode(message: unknown, at: string): Decoded<unknown>;
  decodeRoute(message: unknown, at: string): Decoded<unknown>;
  create(config: unknown, context: FilterContext): HttpFilter;
  /** What the filter would answer by itself, undefined for nothing; absent when that cannot be told without traffic. */
  readonly predict: ((config: unknown, request: PredictedRequest) => PredictedReply | undefined) | undefined;
}

interface FilterDefinition<Schema extends DescMessage, RouteSchema extends DescMessage, Config, RouteConfig> {
  readonly schema: Schema;
  readonly structType?: string;
  readonly routeSchema?: RouteSchema;
  readonly terminal?: true;
  readonly decode: (message: MessageShape<Schema>, at: string) => Decoded<Config>;
  readonly decodeRoute?: (message: MessageShape<RouteSchema>, at: string) => Decoded<RouteConfig>;
  readonly create: (config: Config, context: FilterContext) => HttpFilter;
  readonly predict?: (config: Config, request: PredictedRequest) => PredictedReply | undefined;
}

/**
 * Makes a kind out of its typed parts. The pipeline carries configs as `unknown` between `decode` and `create` of the same kind; this is
 * the one place where that is undone.
 */
export function httpFilter<Schema extends DescMessage, RouteSchema extends DescMessage, Config, RouteConfig>(
  definition: FilterDefinition<Schema, RouteSchema, Config, RouteConfig>,
): HttpFilterKind {
  const { decodeRoute, predict } = definition;
  return {
    schema: definition.schema,
    structType: definition.structType,
    routeSchema: definition.routeSchema,
    terminal: definition.terminal === true,
    decode: (message, at) => definition.decode(message as MessageShape<Schema>, at),
    decodeRoute: (message, at) =>
      decodeRoute === undefined
        ? {
            ok: false,
            issues: [
              {
                severity: 'error',
                code: 'unsupported-field',
                at,
                message: 'this filter has no per-route configuration',
              },
            ],
          }
        : decodeRoute(message as MessageShape<RouteSchema>, at),
    create: (config, context) => definition.create(config as Config, context),
    predict: predict && ((config, request) => predict(config as Config, request)),
  };
}
