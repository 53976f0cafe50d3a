/**
 * Keeps what the control plane sent and this proxy accepted in a file, and starts from it when the control plane is away. Stands between
 * the ADS client and the data plane. docs/decisions/0267.
 */
import type { Message } from '@bufbuild/protobuf';
import type { Clock, Logger, Timer } from '@weft/base';
import type { AdsHandler, Rejection, ResourceKind, XdsUpdate } from '@weft/xds/client';
import { KEPT_KINDS, type KeptResource, readLastGood, writeLastGood } from './last-good-file.ts';

/** How long a control plane that is reachable may take for its first answer. */
const PATIENCE_MS = 2000;
/** Changes of this time are written together. */
const GATHER_MS = 5000;

export interface LastGoodParts {
  readonly path: string;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is in force and came over xDS. */
  readonly held: (kind: ResourceKind) => readonly KeptResource[];
  /** Whether the configuration is complete: half of one is neither written, nor a reason not to read. */
  readonly live: () => boolean;
}

type Outcome = readonly Rejection[] | Promise<readonly Rejection[]>;

export class LastGood {
  readonly #parts: LastGoodParts;
  readonly #answered = new Set<ResourceKind>();
  /** From the file and not confirmed yet, by kind. */
  readonly #unconfirmed = new Map<ResourceKind, ReadonlySet<string>>();
  #nameTable: KeptResource | undefined = undefined;
  #patience: Timer | undefined = undefined;
  #loading: Promise<void> | undefined = undefined;
  #gathering: Timer | undefined = undefined;
  #writing: Promise<void> | undefined = undefined;
  #unwritable = false;
  #closed = false;

  constructor(parts: LastGoodParts) {
    this.#parts = parts;
  }

  /** Sees everything that goes to `inner`. */
  handler(inner: AdsHandler): AdsHandler {
    this.#patience = this.#parts.clock.after(PATIENCE_MS, () => this.#startWithout(inner));
    return {
      update: (update) => {
        this.#answered.add(update.kind);
        this.#patience?.cancel();
        return this.#loading === undefined
          ? this.#pass(inner, update)
          : this.#loading.then(() => this.#pass(inner, update));
      },
      connected: () => inner.connected?.(),
      disconnected: (reason, retryInMs) => {
        inner.disconnected?.(reason, retryInMs);
        this.#startWithout(inner);
      },
    };
  }

  /** Writes what has not been written yet. */
  async close(): Promise<void> {
    const due = this.#gathering !== undefined;
    this.abandon();
    await this.#writing;
    if (due && this.#parts.live()) await this.#write();
  }

  /** Leaves the file to a successor. */
  abandon(): void {
    this.#closed = true;
    this.#patience?.cancel();
    this.#gathering?.cancel();
    this.#gathering = undefined;
  }

  #pass(inner: AdsHandler, update: XdsUpdate): Outcome {
    this.#changed(update);
    const outcome = inner.update(this.#withoutLeftovers(update));
    const leftClusters = update.kind === 'route' ? this.#leftoverClusters() : undefined;
    if (leftClusters === undefined) return outcome;
    return Promise.resolve(outcome).then(async (rejections) => {
      await inner.update(leftClusters);
      return rejections;
    });
  }

  /** A listener of the file that the control plane's first answer does not have is gone. */
  #withoutLeftovers(update: XdsUpdate): XdsUpdate {
    const unconfirmed = this.#unconfirmed.get(update.kind);
    if (unconfirmed === undefined) return update;
    const present = new Set(update.resources.map(({ name }) => name));
    const left = [...unconfirmed].filter((name) => !present.has(name));
    // Routes may still point at clusters until theirs have come: make before break.
    if (update.kind === 'cluster') {
      this.#unconfirmed.set('cluster', new Set(left));
      return update;
    }
    this.#unconfirmed.delete(update.kind);
    return { ...update, removed: [...update.removed, ...left] };
  }

  #leftoverClusters(): XdsUpdate | undefined {
    const left = this.#unconfirmed.get('cluster');
    if (left === undefined || !this.#answered.has('cluster')) return undefined;
    this.#unconfirmed.delete('cluster');
    return left.size === 0 ? undefined : { kind: 'cluster', version: '', resources: [], removed: [...left] };
  }

  #startWithout(inner: AdsHandler): void {
    if (this.#closed || this.#loading !== undefined || this.#parts.live()) return;
    this.#patience?.cancel();
    this.#loading = this.#load(inner).catch((error: unknown) => {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#parts.logger.error('taking the configuration that was accepted last failed', { stack });
    });
  }

  async #load(inner: AdsHandler): Promise<void> {
    const { path, nodeId, logger } = this.#parts;
    const config = readLastGood(path, nodeId);
    if (config === undefined) return;
    if (typeof config === 'string') {
      logger.warn('the configuration that was accepted last cannot be used', { file: path, cause: config });
      return;
    }
    logger.warn('the control plane is away; starting with the configuration that was accepted last', {
      file: path,
      acceptedAt: new Date(config.writtenMs).toISOString(),
      resources: config.resources,
    });
    // What the control plane has said in the meantime is newer than the file.
    for (const update of config.updates.filter(({ kind }) => !this.#answered.has(kind))) {
      if (update.kind === 'cluster' || update.kind === 'listener')
        this.#unconfirmed.set(update.kind, new Set(update.resources.map(({ name }) => name)));
      if (update.kind === 'nameTable') this.#noteNameTable(update);
      if (update.kind !== 'nameTable' || update.resources.length > 0) await inner.update(update);
    }
  }

  /** The agent takes name tables, so nothing else has them. */
  #noteNameTable(update: XdsUpdate): void {
    const [table] = update.resources;
    if (update.kind !== 'nameTable' || table === undefined) return;
    const message: Message = table.message;
    this.#nameTable = { kind: 'nameTable', name: table.name, version: table.version, message };
  }

  #changed(update: XdsUpdate): void {
    this.#noteNameTable(update);
    this.#gather();
  }

  #gather(): void {
    if (this.#closed || this.#unwritable || this.#gathering !== undefined) return;
    this.#gathering = this.#parts.clock.after(GATHER_MS, () => {
      this.#gathering = undefined;
      if (this.#writing === undefined && this.#parts.live()) void this.#write();
      else this.#gather();
    });
  }

  async #write(): Promise<void> {
    const { path, nodeId, clock, logger, held } = this.#parts;
    const resources = KEPT_KINDS.flatMap((kind) => held(kind));
    if (this.#nameTable !== undefined) resources.push(this.#nameTable);
    this.#writing = writeLastGood(path, nodeId, clock.now(), resources).catch((error: unknown) => {
      this.#unwritable = true;
      logger.warn('accepted configuration is not kept: without its control plane this proxy will not start', {
        file: path,
        cause: error instanceof Error ? error.message : String(error),
      });
    });
    await this.#writing;
    this.#writing = undefined;
  }
}
