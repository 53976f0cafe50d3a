/** One `http_connection_manager`, compiled: what all its connections and exchanges share. */
import type { Logger, Random } from '@weft/base';
import type { RouteTable } from '@weft/engine';
import type { Loop } from '../net/loop.ts';
import type { Overload } from '../overload/overload.ts';
import type { HttpFilterChain } from '../stream/filter-chain.ts';
import type { AccessLog } from '../telemetry/access-log/access-log.ts';
import type { HttpStats } from '../telemetry/http-stats.ts';
import type { HttpOptions } from './options.ts';

/** Where the routes of a connection manager are found: inline ones never change, RDS swaps `current`. */
export interface RouteSource {
  readonly name: string;
  current: RouteTable | undefined;
}

export interface ConnectionManager {
  readonly options: HttpOptions;
  readonly chain: HttpFilterChain;
  readonly routes: RouteSource;
  readonly stats: HttpStats;
  readonly accessLog: AccessLog;
  readonly logger: Logger;
  readonly random: Random;
  readonly loop: Loop;
  /** The listener's `per_connection_buffer_limit_bytes`. */
  readonly bufferLimitBytes: number;
  readonly direction: 'unspecified' | 'inbound' | 'outbound';
  readonly hostname: string;
  /** A variable of the process environment, for `%ENVIRONMENT(…)%`. */
  readonly environment: (name: string) => string | undefined;
  readonly overload: Overload;
  /** The listener or the process drains: answers close their connections. */
  draining: boolean;
}
