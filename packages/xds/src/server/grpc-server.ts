import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Clock, Logger } from '@weft/base';
import type { AdsTls, BoundAddress } from './ads-server.ts';
import { GRPC_CODE, GrpcStream } from './grpc-stream.ts';

/** Pings find dead peers, and peers that no longer read; Envoy and we ping every 30 s as Istio's bootstrap does. */
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
const SHUTDOWN_MS = 1_000;
const WINDOW_BYTES = 1 << 20;

export interface GrpcServerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tls: AdsTls | undefined;
  readonly maxRequestBytes: number;
  /** Takes the calls of a path. */
  readonly methods: ReadonlyMap<string, (stream: GrpcStream) => void>;
}

export interface GrpcServer {
  readonly address: BoundAddress;
  /** Lets the ends of streams reach their clients, then closes what is left. */
  close(): Promise<void>;
}

/**
 * Serves bidirectional gRPC methods over HTTP/2, in plaintext or with TLS. Rejects with the system's error, whose `code` is `EADDRINUSE`
 * when the port is taken.
 */
export async function startGrpcServer(address: BoundAddress, options: GrpcServerOptions): Promise<GrpcServer> {
  const { clock, logger } = options;
  const sessions = new Set<ServerHttp2Session>();
  const server = serverFor(options.tls);
  server.on('session', (session) => {
    sessions.add(session);
    const stop = keepAlive(session, options);
    session.on('close', () => {
      stop();
      sessions.delete(session);
    });
  });
  // Bytes that are no HTTP/2, and connections that break: the session is gone by then, and its streams have heard.
  server.on('sessionError', (error: Error) => logger.debug('an xDS connection failed', { error: error.message }));
  server.on('tlsClientError', (error: Error) =>
    logger.warn('a TLS handshake of a proxy failed', { error: error.message }),
  );
  server.on('stream', (stream, headers) => accept(stream, headers, options));
  await listening(server, address);
  const bound = server.address();
  return {
    address: { host: address.host, port: bound !== null && typeof bound === 'object' ? bound.port : address.port },
    close: () => shutDown(server, sessions, clock),
  };
}

function serverFor(tls: AdsTls | undefined): Http2Server | Http2SecureServer {
  const common = {
    settings: { initialWindowSize: WINDOW_BYTES },
    // Responses wait in memory that streams share; each stream bounds what it has waiting by itself.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  };
  if (tls === undefined) return createServer(common);
  const { cert, key, ca, clientCertificates } = tls;
  return createSecureServer({
    ...common,
    cert,
    key,
    ...(ca !== undefined && { ca }),
    requestCert: clientCertificates !== 'none',
    rejectUnauthorized: clientCertificates === 'required',
  });
}

function accept(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: GrpcServerOptions): void {
  const type = headers['content-type'] ?? '';
  if (headers[':method'] !== 'POST' || !type.startsWith('application/grpc')) {
    stream.respond({ ':status': headers[':method'] === 'POST' ? 415 : 405 }, { endStream: true });
    return;
  }
  const call = new GrpcStream(stream, headers, options.clock, options.maxRequestBytes);
  const path = headers[':path'] ?? '';
  const method = options.methods.get(path);
  if (method === undefined) call.finish(GRPC_CODE.unimplemented, `this server has no method ${path}`);
  else method(call);
}

function listening(server: Http2Server | Http2SecureServer, { host, port }: BoundAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Ends a connection that neither answers a PING nor sends anything else. */
function keepAlive(session: ServerHttp2Session, { clock, logger }: GrpcServerOptions): () => void {
  const ping = (): void => {
    if (session.destroyed) return;
    const { bytesRead, remoteAddress = '', remotePort = 0 } = session.socket;
    let answered = false;
    session.ping((error) => {
      answered = error === null;
    });
    timer = clock.after(KEEPALIVE_TIMEOUT_MS, () => {
      // A busy peer answers late, behind what it has to say itself.
      if (answered || session.destroyed || session.socket.bytesRead > bytesRead) {
        timer = clock.after(KEEPALIVE_TIME_MS - KEEPALIVE_TIMEOUT_MS, ping);
        return;
      }
      logger.warn('an xDS connection does not answer a PING and is closed', { peer: `${remoteAddress}:${remotePort}` });
      session.destroy();
    });
  };
  let timer = clock.after(KEEPALIVE_TIME_MS, ping);
  return () => timer.cancel();
}

function shutDown(
  server: Http2Server | Http2SecureServer,
  sessions: ReadonlySet<ServerHttp2Session>,
  clock: Clock,
): Promise<void> {
  return new Promise((resolve) => {
    const deadline = clock.after(SHUTDOWN_MS, () => {
      for (const session of [...sessions]) session.destroy();
    });
    server.close(() => {
      deadline.cancel();
      resolve();
    });
    for (const session of [...sessions]) session.close();
  });
}
