/** What the main thread and its workers tell each other, in order, over each worker's port. */
import type { Issue, LogFields, LogLevel } from '@weft/base';
import type { Rejection, ResourceKind } from '@weft/xds/client';
import type { SocketsByAddress } from '../handover/inheritance.ts';
import type { OverloadConfig } from '../overload/overload-config.ts';
import type { BoundListener, MemoryView, PlaneCluster } from '../runtime/plane.ts';
import type { HealthNews } from './health-board.ts';
import type { StatsSnapshot } from './stats-snapshot.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly index: number;
  readonly count: number;
  /** envoy.config.core.v3.Node, encoded. */
  readonly node: Uint8Array;
  readonly overload: OverloadConfig;
  readonly logLevel: LogLevel;
  readonly sharedTable: SharedArrayBuffer;
  readonly inherited: SocketsByAddress | undefined;
}

/** A resource in its encoded form: messages do not survive the way between threads. */
export interface EncodedResource {
  readonly name: string;
  readonly version: string;
  readonly bytes: Uint8Array;
}

export interface EncodedUpdate {
  readonly kind: ResourceKind;
  readonly version: string;
  readonly resources: readonly EncodedResource[];
  readonly removed: readonly string[];
}

/** What a worker is asked and what it answers. */
export interface Requests {
  /** Resources of the bootstrap; answered with what is wrong with them. */
  readonly static: { readonly ask: readonly EncodedUpdate[]; readonly answer: readonly string[] };
  /** Answered once the update is in force. */
  readonly update: { readonly ask: EncodedUpdate; readonly answer: readonly Rejection[] };
  readonly bound: { readonly ask: null; readonly answer: null };
  readonly gather: { readonly ask: null; readonly answer: Gathered };
  readonly stopAccepting: { readonly ask: null; readonly answer: null };
  readonly drain: { readonly ask: { readonly inboundOnly: boolean }; readonly answer: null };
  readonly idle: { readonly ask: null; readonly answer: null };
  readonly close: { readonly ask: null; readonly answer: null };
}

export type RequestName = keyof Requests;

export type ToWorker =
  | {
      readonly [K in RequestName]: {
        readonly type: 'ask';
        readonly id: number;
        readonly what: K;
        readonly ask: Requests[K]['ask'];
      };
    }[RequestName]
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly reason: string; readonly retryInMs: number }
  | { readonly type: 'follow' }
  | { readonly type: 'discourage'; readonly inboundOnly: boolean }
  | { readonly type: 'reopenLogs' }
  | { readonly type: 'resetCounters' }
  | { readonly type: 'closeUnused' }
  | { readonly type: 'logLevel'; readonly level: LogLevel }
  | { readonly type: 'health'; readonly news: HealthNews };

export type FromWorker =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Requests[RequestName]['answer'] }
  /** The request failed by an exception; with its stack. */
  | { readonly type: 'failed'; readonly id: number; readonly stack: string }
  /** Sent before the answer to whatever changed it. */
  | { readonly type: 'state'; readonly state: WorkerState }
  | { readonly type: 'progress' }
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly kind: ResourceKind; readonly names: readonly string[] | '*' }
  | { readonly type: 'bind'; readonly name: string; readonly failure: Issue | undefined }
  | { readonly type: 'secretOverdue'; readonly name: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  | { readonly type: 'print'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'health'; readonly news: HealthNews };

/** What the main thread always has to know of a worker. */
export interface WorkerState {
  readonly warming: number;
  readonly warmingClusters: readonly string[];
  readonly warmingListeners: readonly string[];
  readonly listeners: readonly BoundListener[];
  readonly sockets: SocketsByAddress;
}

/** What the admin interface reads of a worker when somebody asks. */
export interface Gathered {
  readonly stats: StatsSnapshot;
  readonly clusters: readonly PlaneCluster[];
  readonly connections: number;
  readonly memory: MemoryView;
}
