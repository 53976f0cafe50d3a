import { hostname } from 'node:os';
import { formatIssue, type Issue, systemRandom } from '@weft/base';
import { meshConfigOf, type Resource } from '@weft/config';
import { type AdsObserver, type BoundAddress, startAdsServer } from '@weft/xds';
import { type ApiDeps, type ApiServerOptions, startApiServer } from './api/api-server.ts';
import { configReader } from './config-reader.ts';
import {
  AddressInUseError,
  type ControlPlane,
  type ControlPlaneDeps,
  type ControlPlaneOptions,
  type StoreOptions,
} from './control-plane.ts';
import { Events } from './events.ts';
import { Liveness } from './live.ts';
import { Metrics } from './metrics.ts';
import { analysisOf } from './pipeline/analysis.ts';
import { OwnerCleanup } from './pipeline/owner-cleanup.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import { preview } from './pipeline/preview.ts';
import { StoredResources } from './pipeline/resources.ts';
import { AutoRegistration } from './registries/auto-registration.ts';
import { askConsul, parseConsulUrl } from './registries/consul/ask-consul.ts';
import { ConsulRegistry } from './registries/consul/consul-registry.ts';
import type { RegistryStatus } from './registries/registry-status.ts';
import { ObjectStatuses } from './status/statuses.ts';
import { Folder } from './store/folder.ts';
import { ObjectStore } from './store/object-store.ts';
import { openSqliteJournal } from './store/sqlite-journal.ts';

const XDS: BoundAddress = { host: '127.0.0.1', port: 15010 };
const API: BoundAddress = { host: '127.0.0.1', port: 15016 };
const METRICS: BoundAddress = { host: '127.0.0.1', port: 15014 };
const PIPELINE = { quietMs: 100, maxDelayMs: 10_000, ownerGraceMs: 10_000 };
const MAX_BODY_BYTES = 8 << 20;

/** What every part is made with. `stack` owns the parts; they end in reverse order. */
interface Building {
  readonly options: ControlPlaneOptions;
  readonly deps: ControlPlaneDeps;
  readonly stack: AsyncDisposableStack;
  readonly events: Events;
  readonly metrics: Metrics;
}

/**
 * Starts a control plane: opens the store, reads the folders, and serves xDS and the API when the first snapshot is built.
 *
 * @throws AddressInUseError, JournalError, or the system's error for a folder that cannot be read. Nothing is left running then.
 */
export async function startControlPlane(options: ControlPlaneOptions, deps: ControlPlaneDeps): Promise<ControlPlane> {
  await using stack = new AsyncDisposableStack();
  const building: Building = { options, deps, stack, events: new Events(), metrics: new Metrics() };
  const { events, metrics } = building;
  metrics.set('pilot_info', 1, { version: deps.version });
  const { store, folders } = openStore(building, options.store);
  const resources = new StoredResources(store, configReader, folders);
  const liveness = new Liveness(store, events, deps.clock);
  const pipeline = buildPipeline(building, store, resources, liveness);
  const { tls, authorize, ...xdsAddress } = options.xds ?? {};
  const ads = stack.use(
    await binding('xds', { ...XDS, ...xdsAddress }, (address) =>
      startAdsServer(address, {
        ...(tls !== undefined && { tls }),
        ...(authorize !== undefined && { authorize }),
        source: pipeline,
        clock: deps.clock,
        logger: deps.logger,
        identifier: `weft-${deps.version}`,
        observer: observerOf(metrics),
      }),
    ),
  );
  liveness.attach(ads);
  const registries = openRegistries(building, store);
  const addresses = await serveApis(building, {
    store,
    reader: configReader,
    pipeline,
    metrics,
    logger: deps.logger,
    proxies: ads.proxies,
    registries,
    preview: (changed) => [
      ...preview(changed, resources.all(), pipeline, options.mesh),
      ...analysisOf(resources.all(), changed, deps.clock.now()),
    ],
    statuses: statusesOf(deps.clock, { store, folders, resources, pipeline }),
    whenLive: (wanted) => liveness.whenLive(wanted),
    version: () => ({ gitVersion: deps.version, platform: 'weft', xds: ads.address }),
  });
  const owned = stack.move();
  const close = (): Promise<void> => owned.disposeAsync();
  return {
    xdsAddress: ads.address,
    ...addresses,
    store,
    get revision() {
      return store.version;
    },
    proxies: ads.proxies,
    whenLive: (wanted) => liveness.whenLive(wanted),
    onEvent: (listener) => events.on(listener),
    registries,
    fileIssues: () => folders.flatMap((folder) => folder.issues),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function statusesOf(
  clock: ControlPlaneDeps['clock'],
  {
    store,
    folders,
    resources,
    pipeline,
  }: {
    readonly store: ObjectStore;
    readonly folders: readonly Folder[];
    readonly resources: StoredResources;
    readonly pipeline: Pipeline;
  },
): ObjectStatuses {
  const fileIssues = (): readonly Issue[] => folders.flatMap((folder) => folder.issues);
  return new ObjectStatuses({
    clock,
    version: () =>
      [store.version, pipeline.revision, pipeline.clients().length, ...fileIssues().map(formatIssue)].join('\n'),
    resources: () => resources.all(),
    gatewayApi: () => pipeline.snapshot.gatewayApi,
    readingIssues: () => [...fileIssues(), ...resources.issues, ...resources.warnings],
    meshIssues: () => [...pipeline.snapshot.issues, ...pipeline.clients().flatMap(({ issues }) => issues)],
  });
}

function openStore(
  { deps: { clock, logger }, stack, events }: Building,
  { backend = { kind: 'memory' }, folders: paths = [] }: StoreOptions,
): { readonly store: ObjectStore; readonly folders: readonly Folder[] } {
  const journal = backend.kind === 'sqlite' ? openSqliteJournal(backend.path) : undefined;
  const store = stack.use(new ObjectStore({ clock, ...(journal !== undefined && { journal }) }));
  const onIssues = (path: string, issues: readonly Issue[]): void => events.emit({ type: 'files', path, issues });
  const folders = paths.map((path) =>
    stack.use(new Folder(path, store, { reader: configReader, clock, logger, onIssues })),
  );
  return { store, folders };
}

function buildPipeline(
  { options: { mesh, pipeline }, deps: { clock, logger }, stack, events, metrics }: Building,
  store: ObjectStore,
  resources: StoredResources,
  liveness: Liveness,
): Pipeline {
  const { quietMs, maxDelayMs, ownerGraceMs } = { ...PIPELINE, ...pipeline };
  const owners = stack.use(new OwnerCleanup(store, clock, logger, ownerGraceMs));
  const registration = stack.use(
    new AutoRegistration({ store, clock, logger, metrics, graceMs: ownerGraceMs, instance: `weft-${hostname()}` }),
  );
  const listener: ConstructorParameters<typeof Pipeline>[0]['listener'] = {
    pushed(revision, changes, issues, since) {
      events.emit({ type: 'pushed', revision, changes, proxies: liveness.proxies, issues });
      void liveness.follow(revision, since);
    },
    proxy: (change, nodeId, connected) => events.emit({ type: 'proxy', change, nodeId, connected }),
  };
  const configOf = (all: readonly Resource[]): ReturnType<typeof meshConfigOf> =>
    meshConfigOf(all, mesh?.rootNamespace);
  return stack.use(
    new Pipeline(
      { store, resources, meshConfigOf: configOf, owners, registration, clock, logger, metrics, listener },
      { quietMs, maxDelayMs, domain: mesh?.domain, clusterId: mesh?.clusterId },
    ),
  );
}

function openRegistries(
  { options: { consul }, deps: { clock, logger }, stack, events }: Building,
  store: ObjectStore,
): () => readonly RegistryStatus[] {
  if (consul === undefined) return () => [];
  const source = parseConsulUrl(consul.url, consul.token);
  if (source === undefined) throw new TypeError(`consul.url: ${consul.url} is no URL of an HTTP API`);
  const registry = stack.use(
    new ConsulRegistry({
      name: `consul ${source.url}`,
      datacentres: source.datacentres,
      ask: askConsul(source, clock),
      namespace: consul.namespace ?? 'consul',
      store,
      reader: configReader,
      clock,
      random: systemRandom(),
      logger,
      changed: (status) => events.emit({ type: 'registry', status }),
    }),
  );
  return () => [registry.status];
}

async function serveApis(
  { options, stack }: Building,
  deps: ApiDeps,
): Promise<Pick<ControlPlane, 'apiAddress' | 'metricsAddress'>> {
  const { allowedHosts = [], maxBodyBytes = MAX_BODY_BYTES, ...apiAddress } = options.api ?? {};
  const serve = async (
    option: 'api' | 'metrics',
    wanted: BoundAddress,
    metricsOnly: ApiServerOptions['metricsOnly'],
  ): Promise<BoundAddress> => {
    const server = await binding(option, wanted, (address) =>
      startApiServer({ address, allowedHosts, maxBodyBytes, metricsOnly }, deps),
    );
    stack.defer(() => server.close());
    return server.address;
  };
  return {
    apiAddress: await serve('api', { ...API, ...apiAddress }, false),
    metricsAddress:
      options.metrics === undefined ? undefined : await serve('metrics', { ...METRICS, ...options.metrics }, true),
  };
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
