import type { Issue } from '@weft/base';
import { meshConfigOf, type Resource } from '@weft/config';
import { buildSnapshot, proxyOf } from '@weft/mesh';
import { translate, unenforced } from '@weft/translate';
import { type AdsObserver, type AdsServer, type BoundAddress, startAdsServer } from '@weft/xds';
import { type ApiServer, type ApiServerOptions, startApiServer } from './api/api-server.ts';
import { newIssues, overlay } from './api/apply.ts';
import { configReader } from './config-reader.ts';
import {
  AddressInUseError,
  type ControlPlane,
  type ControlPlaneDeps,
  type ControlPlaneEvent,
  type ControlPlaneOptions,
  type LiveReport,
} from './control-plane.ts';
import { Metrics } from './metrics.ts';
import { OwnerCleanup } from './pipeline/owner-cleanup.ts';
import { generationOf, Pipeline } from './pipeline/pipeline.ts';
import { StoredResources } from './pipeline/resources.ts';
import { Folder } from './store/folder.ts';
import { ObjectStore } from './store/object-store.ts';
import { openSqliteJournal } from './store/sqlite-journal.ts';

const XDS: BoundAddress = { host: '127.0.0.1', port: 15010 };
const API: BoundAddress = { host: '127.0.0.1', port: 15016 };
const METRICS: BoundAddress = { host: '127.0.0.1', port: 15014 };
const PIPELINE = { quietMs: 100, maxDelayMs: 10_000, ownerGraceMs: 10_000 };
const MAX_BODY_BYTES = 8 << 20;
/** How long a push is followed for the `live` event. */
const LIVE_TIMEOUT_MS = 60_000;
/** Translating for every proxy would make an apply slow in a big mesh; proxies of one kind meet the same problems. */
const PREVIEWED_PROXIES = 20;

/**
 * Starts a control plane: opens the store, reads the folders, and serves xDS and the API when the first snapshot is built.
 *
 * @throws AddressInUseError, JournalError, or the system's error for a folder that cannot be read. Nothing is left running then.
 */
export async function startControlPlane(options: ControlPlaneOptions, deps: ControlPlaneDeps): Promise<ControlPlane> {
  await using stack = new AsyncDisposableStack();
  const { clock, logger } = deps;
  const events = new Events();
  const backend = options.store.backend ?? { kind: 'memory' };
  const journal = backend.kind === 'sqlite' ? openSqliteJournal(backend.path) : undefined;
  const store = stack.use(new ObjectStore({ clock, ...(journal !== undefined && { journal }) }));
  const onIssues = (path: string, issues: readonly Issue[]): void => events.emit({ type: 'files', path, issues });
  const folders = (options.store.folders ?? []).map((path) =>
    stack.use(new Folder(path, store, { reader: configReader, clock, logger, onIssues })),
  );
  const settings = { ...PIPELINE, ...options.pipeline };
  const metrics = new Metrics();
  metrics.set('pilot_info', 1, { version: deps.version });
  const resources = new StoredResources(store, configReader, folders);
  const owners = stack.use(new OwnerCleanup(store, clock, logger, settings.ownerGraceMs));
  let ads: AdsServer | undefined;
  const whenLive = async (wanted: WaitOptions): Promise<LiveReport> => {
    const revision = wanted.revision ?? store.version;
    const { settled, waiting, rejected } = await required(ads).whenSettled(generationOf(revision), wanted);
    return { revision, live: waiting.length === 0 && rejected.length === 0, settled, waiting, rejected };
  };
  const pipeline = stack.use(
    new Pipeline(
      {
        store,
        resources,
        meshConfigOf: (all) => meshConfigOf(all, options.mesh?.rootNamespace),
        owners,
        clock,
        logger,
        metrics,
        listener: {
          pushed(revision, changes, issues, since) {
            const proxies = ads?.proxies().length ?? 0;
            events.emit({ type: 'pushed', revision, changes, proxies, issues });
            if (proxies > 0) void announceLive(revision, since);
          },
          proxy: (change, nodeId, connected) => events.emit({ type: 'proxy', change, nodeId, connected }),
        },
      },
      {
        quietMs: settings.quietMs,
        maxDelayMs: settings.maxDelayMs,
        domain: options.mesh?.domain,
        clusterId: options.mesh?.clusterId,
      },
    ),
  );
  const announceLive = async (revision: number, since: number): Promise<void> => {
    const report = await whenLive({ revision, timeoutMs: LIVE_TIMEOUT_MS });
    if (report.waiting.length > 0 || pipeline.revision !== revision) return;
    const proxies = report.settled.length + report.rejected.length;
    const { rejected } = report;
    events.emit({ type: 'live', revision, proxies, rejected, afterMs: clock.monotonic() - since });
  };
  ads = stack.use(
    await binding('xds', { ...XDS, ...options.xds }, (address) =>
      startAdsServer(address, {
        source: pipeline,
        clock,
        logger,
        identifier: `weft-${deps.version}`,
        observer: observerOf(metrics),
      }),
    ),
  );
  const xdsAddress = ads.address;
  const proxies = ads.proxies;
  const apiDeps = {
    store,
    reader: configReader,
    pipeline,
    metrics,
    logger,
    proxies,
    preview: (changed: readonly Resource[]) => preview(changed, resources.all(), pipeline, options),
    whenLive,
    version: () => ({ gitVersion: deps.version, platform: 'weft', xds: xdsAddress }),
  };
  const serve = async (option: 'api' | 'metrics', server: ApiServerOptions): Promise<ApiServer> => {
    const started = await binding(option, server.address, (address) => startApiServer({ ...server, address }, apiDeps));
    stack.defer(() => started.close());
    return started;
  };
  const { allowedHosts = [], maxBodyBytes = MAX_BODY_BYTES, ...apiAddress } = options.api ?? {};
  const api = await serve('api', {
    address: { ...API, ...apiAddress },
    allowedHosts,
    maxBodyBytes,
    metricsOnly: false,
  });
  const scraped =
    options.metrics === undefined
      ? undefined
      : await serve('metrics', {
          address: { ...METRICS, ...options.metrics },
          allowedHosts,
          maxBodyBytes,
          metricsOnly: true,
        });
  const owned = stack.move();
  const close = (): Promise<void> => owned.disposeAsync();
  return {
    xdsAddress,
    apiAddress: api.address,
    metricsAddress: scraped?.address,
    store,
    get revision() {
      return store.version;
    },
    proxies,
    whenLive,
    onEvent: (listener) => events.on(listener),
    fileIssues: () => folders.flatMap((folder) => folder.issues),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface WaitOptions {
  readonly revision?: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

class Events {
  readonly #listeners = new Set<(event: ControlPlaneEvent) => void>();

  on(listener: (event: ControlPlaneEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ControlPlaneEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the xDS server is not started yet');
  return value;
}

/** Turns "address in use" into the error that says which option chose the address. */
async function binding<T>(
  option: AddressInUseError['option'],
  address: BoundAddress,
  start: (address: BoundAddress) => Promise<T>,
): Promise<T> {
  try {
    return await start(address);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new AddressInUseError(option, address.host, address.port, { cause: error });
  }
}

function observerOf(metrics: Metrics): AdsObserver {
  return {
    pushed(kind, bytes) {
      metrics.add('pilot_xds_pushes', { type: kind });
      metrics.add('pilot_xds_config_size_bytes_total', { type: kind }, bytes);
    },
    acked: () => undefined,
    nacked: (kind) => metrics.add('pilot_total_xds_rejects', { type: kind }),
    settled: (afterMs) => metrics.observe('pilot_proxy_convergence_time', afterMs / 1_000),
  };
}

/** What would be odd about the mesh with `changed` in it, and what of `changed` has no effect yet. */
function preview(
  changed: readonly Resource[],
  current: readonly Resource[],
  pipeline: Pipeline,
  options: ControlPlaneOptions,
): readonly Issue[] {
  const all = overlay(current, changed);
  const meshConfig = meshConfigOf(all, options.mesh?.rootNamespace);
  const before = pipeline.snapshot;
  const after = buildSnapshot(all, {
    domain: before.domain,
    ...(options.mesh?.clusterId !== undefined && { clusterId: options.mesh.clusterId }),
    ...(meshConfig !== undefined && { meshConfig }),
    previous: before,
  });
  const known: Issue[] = [...before.issues];
  const found: Issue[] = [...after.issues];
  for (const { node, issues } of pipeline.clients().slice(0, PREVIEWED_PROXIES)) {
    known.push(...issues);
    found.push(...translate(after, proxyOf(after, node)).issues);
  }
  return [...newIssues(known, found, changed), ...unenforced(changed)];
}
