/** A worker's end: a data plane that does what the main thread's messages say. */
import { fromBinary } from '@bufbuild/protobuf';
import { type Clock, type LogControl, type Logger, type Random, silentLogger } from '@weft/base';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { Inheritance } from '../handover/inheritance.ts';
import { DataPlane } from '../runtime/data-plane.ts';
import { NO_BOOK } from '../runtime/resource-book.ts';
import { StatsRegistry } from '../telemetry/registry.ts';
import { ConfigStats, configStats } from '../telemetry/server-stats.ts';
import { decodeUpdate } from './encode-update.ts';
import { HealthBoard } from './health-board.ts';
import type {
  EncodedUpdate,
  FromWorker,
  Gathered,
  RequestName,
  Requests,
  ToWorker,
  WorkerStart,
  WorkerState,
} from './messages.ts';
import { remoteLogger } from './remote-logger.ts';
import { SharedCells } from './shared-cells.ts';
import { SnapshotWriter } from './stats-snapshot.ts';

export interface HostDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** What `clock.monotonic()` lacks to a clock that all threads of the process have. */
  readonly clockShiftMs: number;
  readonly environment: (name: string) => string | undefined;
  readonly send: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void;
}

type Ask = Extract<ToWorker, { readonly type: 'ask' }>;
type Answer = Requests[RequestName]['answer'];

export class WorkerHost {
  readonly #plane: DataPlane;
  readonly #stats = new StatsRegistry();
  readonly #snapshots = new SnapshotWriter();
  readonly #health: HealthBoard;
  readonly #logControl: LogControl;
  readonly #send: HostDeps['send'];
  /** The main thread does not know yet what has changed here. */
  #stale = false;

  constructor(start: WorkerStart, deps: HostDeps) {
    const { index, count } = start;
    const { clock, random, environment, send } = deps;
    this.#send = send;
    this.#logControl = { level: start.logLevel };
    this.#health = new HealthBoard(index === 0, (news) => send({ type: 'health', news }));
    const logger: Logger = remoteLogger(
      (level, message, fields) => send({ type: 'log', level, message, fields }),
      this.#logControl,
    );
    this.#plane = new DataPlane({
      clock,
      random,
      logger,
      // All refuse the same; it is said once, and counted once.
      refusals: index === 0 ? logger : silentLogger,
      configStats: index === 0 ? configStats(this.#stats) : new ConfigStats(),
      stdout: (text) => send({ type: 'print', stream: 'stdout', text }),
      stderr: (text) => send({ type: 'print', stream: 'stderr', text }),
      environment,
      node: fromBinary(NodeSchema, start.node),
      overload: start.overload,
      stats: this.#stats,
      book: NO_BOOK,
      place: {
        index,
        count,
        cells: new SharedCells(start.sharedTable, deps.clockShiftMs),
        health: this.#health,
        inheritance: new Inheritance(start.inherited),
      },
      events: {
        onProgress: () => this.#changed(),
        onBind: (name, failure) => {
          this.#changed();
          send({ type: 'bind', name, failure });
        },
        onSecretOverdue: (name) => send({ type: 'secretOverdue', name }),
      },
    });
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'ask':
        void this.#answer(message);
        break;
      case 'connected':
        this.#plane.connected();
        break;
      case 'disconnected':
        this.#plane.disconnected(message.reason, message.retryInMs);
        break;
      case 'follow':
        this.#plane.follow({
          subscribe: (kind, names) => this.#send({ type: 'subscribe', kind, names }),
          unsubscribe: (kind, names) => this.#send({ type: 'unsubscribe', kind, names }),
        });
        break;
      case 'health':
        this.#health.receive(message.news);
        break;
      case 'logLevel':
        this.#logControl.level = message.level;
        break;
      case 'discourage':
        this.#plane.discourage(message.inboundOnly);
        break;
      case 'reopenLogs':
        this.#plane.reopenLogs();
        break;
      case 'resetCounters':
        this.#plane.view.resetCounters();
        break;
      case 'closeUnused':
        this.#plane.closeUnused();
        break;
    }
  }

  async #answer(message: Ask): Promise<void> {
    const { id } = message;
    try {
      const answer = await this.#do(message);
      this.#tellState();
      const values = message.what === 'gather' ? (answer as Gathered).stats.values : undefined;
      this.#send({ type: 'answer', id, answer }, values === undefined ? [] : [values.buffer]);
    } catch (error) {
      this.#send({
        type: 'failed',
        id,
        stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }

  async #do(message: Ask): Promise<Answer> {
    const plane = this.#plane;
    switch (message.what) {
      case 'static':
        return this.#putStatic(message.ask);
      case 'update': {
        const rejections = await plane.update(decodeUpdate(message.ask));
        this.#stale = true;
        return rejections;
      }
      case 'gather':
        return this.#gather();
      case 'bound':
        await plane.bound();
        break;
      case 'stopAccepting':
        await plane.stopAccepting();
        break;
      case 'drain':
        await plane.drain(message.ask.inboundOnly);
        break;
      case 'idle':
        await plane.idle();
        break;
      case 'close':
        await plane.close();
        break;
    }
    return null;
  }

  #putStatic(updates: readonly EncodedUpdate[]): readonly string[] {
    this.#stale = true;
    return updates.flatMap((update) => this.#plane.putResources(decodeUpdate(update)));
  }

  #gather(): Gathered {
    const { view } = this.#plane;
    return {
      stats: this.#snapshots.take(view.stats.stats()),
      clusters: view.clusters(),
      connections: view.connections(),
      memory: { ...view.memory() },
    };
  }

  /** Said soon, and at the latest before the next answer. */
  #changed(): void {
    if (this.#stale) return;
    this.#stale = true;
    queueMicrotask(() => {
      this.#tellState();
      this.#send({ type: 'progress' });
    });
  }

  #tellState(): void {
    if (!this.#stale) return;
    this.#stale = false;
    this.#send({ type: 'state', state: this.#state() });
  }

  #state(): WorkerState {
    const plane = this.#plane;
    const { clusters, listeners } = plane.warmingNames();
    return {
      warming: plane.warming,
      warmingClusters: clusters,
      warmingListeners: listeners,
      listeners: plane.listeners(),
      sockets: plane.sockets()[0] ?? {},
    };
  }
}
