/**
 * Serves the admin paths, or a few of them, over plain HTTP. Not on any request's path, so node:http is good enough.
 * The address decides who may ask: there is no authentication, as in Envoy, so it belongs on loopback.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Logger } from '@weft/base';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { ADMIN_HANDLERS, type AdminContext, type AdminHandler, helpText } from './handlers.ts';
import { type Reply, textReply } from './reply.ts';
import { UNSUPPORTED } from './unsupported.ts';

// An `import` of node:http reads every export, and its lazy ones (WebSocket) load undici: 16 MB that no proxy needs.
const { createServer } = process.getBuiltinModule('node:http');

/** What a port serves: everything, or only what is safe to show to a scraper or a kubelet. Path → path in ADMIN_HANDLERS. */
export type AdminPaths = 'all' | Readonly<Record<string, string>>;

/** Port 15090: nothing but metrics. */
export const METRICS_PATHS: AdminPaths = { '/stats/prometheus': '/stats/prometheus', '/metrics': '/stats/prometheus' };

/** Port 15021: nothing but readiness (Istio's path, and Envoy's). */
export const READINESS_PATHS: AdminPaths = { '/healthz/ready': '/ready', '/ready': '/ready' };

export interface AdminServer {
  /** The address in use; its port is the system's choice when 0 was asked for. */
  readonly address: HostPort;
  /** The number of its listening socket, for a successor to inherit. */
  readonly fd: number | undefined;
  /** Stops listening and ends idle connections. */
  close(): Promise<void>;
}

/** What `net.Server` keeps of the operating system's socket. Not in Node's documentation; see docs/decisions/0150. */
interface RawServer {
  _handle?: { readonly fd?: number } | null;
}

/** Listens, on the socket `inherited` when there is one; rejects with node's error when the address cannot be bound. */
export async function startAdminServer(
  address: HostPort,
  inherited: number | undefined,
  paths: AdminPaths,
  context: AdminContext,
  logger: Logger,
): Promise<AdminServer> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 30_000 },
    (request, response) => void serve(request, response, paths, context, logger),
  );
  server.maxConnections = 256;
  await listen(server, inherited === undefined ? address : { fd: inherited });
  const raw: Server & RawServer = server;
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return {
    address: { host: address.host, port },
    fd: raw._handle?.fd,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, where: HostPort | { readonly fd: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function handlerFor(path: string, paths: AdminPaths): AdminHandler | undefined {
  if (paths === 'all') return ADMIN_HANDLERS.get(path === '/' ? '/help' : path);
  return Object.hasOwn(paths, path) ? ADMIN_HANDLERS.get(paths[path] ?? '') : undefined;
}

async function answer(request: IncomingMessage, paths: AdminPaths, context: AdminContext): Promise<Reply> {
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', 'http://admin');
  const handler = handlerFor(url.pathname, paths);
  const missing = paths === 'all' && Object.hasOwn(UNSUPPORTED, url.pathname) ? UNSUPPORTED[url.pathname] : undefined;
  if (missing !== undefined) return textReply(`${url.pathname} is not supported: ${missing}\n`, 501);
  if (handler === undefined) return textReply(`invalid path. ${paths === 'all' ? helpText() : ''}`, 404);
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return textReply('Method Not Allowed\n', 405);
  if (handler.mutates && method !== 'POST') return textReply(`${url.pathname} changes the proxy: use POST\n`, 405);
  // A page of another site, open in a browser on this machine, could post here: browsers say where a request comes from.
  if (method === 'POST' && request.headers.origin !== undefined) {
    return textReply('requests from web pages are refused\n', 403);
  }
  if (handler.gathers) await context.view.gather();
  return handler.handle(context, url.searchParams, method);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  paths: AdminPaths,
  context: AdminContext,
  logger: Logger,
): Promise<void> {
  let reply: Reply;
  try {
    reply = await answer(request, paths, context);
  } catch (error) {
    logger.error('an admin request failed', {
      path: request.url,
      error: error instanceof Error ? error.message : String(error),
    });
    reply = textReply('the request failed; the log of the proxy says why\n', 500);
  }
  // Nothing reads a body here; letting it flow keeps the connection usable.
  request.resume();
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'cache-control': 'no-cache, max-age=0',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(reply.body),
  });
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}
