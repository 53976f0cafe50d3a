import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Issue, type Logger, parseDurationMs } from '@weft/base';
import type { Resource } from '@weft/config';
import type { BoundAddress, ProxyStatus } from '@weft/xds';
import type { ConfigReader } from '../config-reader.ts';
import type { LiveReport } from '../control-plane.ts';
import type { Metrics } from '../metrics.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RegistryStatus } from '../registries/registry-status.ts';
import type { ObjectStatuses } from '../status/statuses.ts';
import type { Store } from '../store/store.ts';
import { serveApply } from './apply.ts';
import { DEBUG_PAGES } from './debug.ts';
import { apiGroup, coreVersions, groupList, resourceList } from './discovery.ts';
import { type Exchange, sendJson, sendText } from './exchange.ts';
import { BrowserGuard } from './guard.ts';
import { serveObjects } from './objects.ts';
import { parseApiPath } from './resource-path.ts';
import { ApiError, statusOf } from './status.ts';

export interface ApiDeps {
  readonly store: Store;
  readonly reader: ConfigReader;
  readonly pipeline: Pipeline;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly proxies: () => readonly ProxyStatus[];
  readonly registries: () => readonly RegistryStatus[];
  readonly preview: (resources: readonly Resource[]) => readonly Issue[];
  readonly statuses: ObjectStatuses;
  readonly whenLive: (options: { revision?: number; timeoutMs: number; signal: AbortSignal }) => Promise<LiveReport>;
  /** What `/version` answers. */
  readonly version: () => object;
}

export interface ApiServerOptions {
  readonly address: BoundAddress;
  readonly allowedHosts: readonly string[];
  readonly maxBodyBytes: number;
  /** Only metrics and health, for an address that is scraped from elsewhere. */
  readonly metricsOnly: boolean;
}

export interface ApiServer {
  readonly address: BoundAddress;
  close(): Promise<void>;
}

const MAX_WAIT_MS = 10 * 60_000;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Handler = (
  exchange: Exchange,
  deps: ApiDeps,
  options: ApiServerOptions,
  closing: AbortSignal,
) => void | Promise<void>;

/** What stands directly below the root, besides the Kubernetes-shaped trees. */
const PAGES: Readonly<Record<string, Handler>> = {
  healthz: ({ response }) => sendText(response, 200, 'ok\n'),
  livez: ({ response }) => sendText(response, 200, 'ok\n'),
  // The server listens when the first snapshot is built, so whoever gets an answer gets a ready one.
  readyz: ({ response }) => sendText(response, 200, 'ok\n'),
  metrics: ({ response }, { metrics }) => sendText(response, 200, metrics.print(), METRICS_TYPE),
  version: ({ response }, { version }) => sendJson(response, 200, version()),
  apply: (exchange, deps, { maxBodyBytes }) => serveApply(exchange, { ...deps, maxBodyBytes }),
  registries: ({ response }, { registries }) => sendJson(response, 200, registries()),
  wait: serveWait,
};

const METRICS_PAGES: ReadonlySet<string> = new Set(['healthz', 'livez', 'readyz', 'metrics']);

/** Starts the admin API. Rejects with the system's error (`EADDRINUSE`) when the address cannot be bound. */
export async function startApiServer(options: ApiServerOptions, deps: ApiDeps): Promise<ApiServer> {
  const closing = new AbortController();
  const guard = new BrowserGuard(options.address.host, options.allowedHosts);
  const server = createServer((request, response) => {
    answer(request, response, guard, options, deps, closing.signal).catch((error: unknown) =>
      refuse(response, error, deps.logger),
    );
  });
  server.requestTimeout = 60_000;
  const port = await listen(server, options.address);
  return {
    address: { host: options.address.host, port },
    close() {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  guard: BrowserGuard,
  options: ApiServerOptions,
  deps: ApiDeps,
  closing: AbortSignal,
): Promise<void> {
  // Metrics are scraped by whatever name a monitoring system has for this host, and tell nothing that could be changed.
  if (!options.metricsOnly) guard.check(request);
  const exchange = exchangeOf(request, response);
  const [first, second] = exchange.segments;
  const page = first !== undefined && exchange.segments.length === 1 ? own(PAGES, first) : undefined;
  if (options.metricsOnly && !METRICS_PAGES.has(first ?? '')) throw unknown(exchange);
  if (page !== undefined) {
    await page(exchange, deps, options, closing);
    return;
  }
  if (first === 'debug' && exchange.segments.length === 2 && second !== undefined) {
    const debug = own(DEBUG_PAGES, second);
    if (debug !== undefined) {
      await debug(exchange, deps);
      return;
    }
  }
  await serveKubernetes(exchange, deps, options, closing);
}

async function serveKubernetes(
  exchange: Exchange,
  deps: ApiDeps,
  { maxBodyBytes }: ApiServerOptions,
  closing: AbortSignal,
): Promise<void> {
  const { kinds } = deps.reader;
  const at = parseApiPath(exchange.segments, kinds);
  if (at === undefined) throw unknown(exchange);
  if (at.type === 'resource') {
    await serveObjects(exchange, at.path, { ...deps, maxBodyBytes, closing });
    return;
  }
  if (exchange.method !== 'GET')
    throw new ApiError('MethodNotAllowed', `${exchange.method} is not possible on discovery`);
  const { response } = exchange;
  if (at.type === 'groups') sendJson(response, 200, groupList(kinds));
  else if (at.type === 'coreVersions') sendJson(response, 200, coreVersions());
  else if (at.type === 'group') sendJson(response, 200, apiGroup(kinds, at.group));
  else sendJson(response, 200, resourceList(kinds, at.group, at.version));
}

/** `/wait?revision=N&timeout=30s`: answers when every connected proxy has it, or with 504 and who is missing. */
async function serveWait({ query, response }: Exchange, { whenLive }: ApiDeps): Promise<void> {
  const revision = query.get('revision');
  if (revision !== null && !/^\d{1,15}$/.test(revision))
    throw new ApiError('BadRequest', `revision: '${revision}' is not a number`);
  const timeout = query.get('timeout') ?? '30s';
  const timeoutMs = parseDurationMs(timeout);
  if (timeoutMs === undefined || timeoutMs < 0 || timeoutMs > MAX_WAIT_MS) {
    throw new ApiError('BadRequest', `timeout: '${timeout}' is not a duration up to 10m, such as 30s`);
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const report = await whenLive({
    ...(revision !== null && { revision: Number(revision) }),
    timeoutMs,
    signal: gone.signal,
  });
  sendJson(response, report.waiting.length > 0 ? 504 : 200, report);
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const target = request.url ?? '/';
  const split = target.indexOf('?');
  const path = split < 0 ? target : target.slice(0, split);
  try {
    const segments = path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
    const query = new URLSearchParams(split < 0 ? '' : target.slice(split + 1));
    return { method: request.method ?? 'GET', segments, query, request, response };
  } catch (error) {
    if (error instanceof URIError) throw new ApiError('BadRequest', 'the path is not valid percent-encoding');
    throw error;
  }
}

/** A record's own entry: `constructor` is no page. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function unknown({ segments }: Exchange): ApiError {
  return new ApiError('NotFound', `the server has nothing at /${segments.join('/')}`);
}

function refuse(response: ServerResponse, error: unknown, logger: Logger): void {
  const status = statusOf(error);
  if (status.code === 500)
    logger.error('an API request failed', { error: error instanceof Error ? error.stack : String(error) });
  if (response.headersSent) response.destroy();
  // The rest of a refused body is not read, so the connection cannot be used again.
  else sendJson(response, status.code, status, response.req.complete ? {} : { connection: 'close' });
}

function listen(server: Server, { host, port }: BoundAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
