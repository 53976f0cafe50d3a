/** Certificates of the folder beside this file, made once for tests and worth nothing elsewhere, and the messages that carry them. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls';

const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3';

export function pem(file: string): string {
  return readFileSync(new URL(`./certificates/${file}`, import.meta.url), 'utf8');
}

/** A file of the folder as a DataSource. */
export function inline(file: string): object {
  return { inline_string: pem(file) };
}

/** A TlsCertificate from `<name>.crt` and `<name>.key`. */
export function certificate(name: string, more: object = {}): object {
  return { certificate_chain: inline(`${name}.crt`), private_key: inline(`${name}.key`), ...more };
}

export const TRUSTED: object = { trusted_ca: inline('authority.crt') };

export function downstreamTls(common: object, more: object = {}): object {
  const context = { '@type': `${TLS}.DownstreamTlsContext`, common_tls_context: common, ...more };
  return { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: context } };
}

export function upstreamTls(common: object, more: object = {}): { readonly transport_socket: object } {
  const context = { '@type': `${TLS}.UpstreamTlsContext`, common_tls_context: common, ...more };
  return { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: context } };
}

/** A listener on a port of the system's choice with these filter chains, TLS inspected. */
export function chainListener(chains: readonly object[], more: object = {}): object {
  const inspector = 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector';
  return {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: chains,
    listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': inspector } }],
    ...more,
  };
}

export interface TlsAnswer {
  /** Everything received. */
  readonly body: string;
  readonly authorized: boolean;
  readonly servedBy: string;
  readonly alpn: string | false | null;
  readonly version: string | null;
  readonly resumed: boolean;
  readonly session: Buffer | undefined;
  readonly ocsp: Buffer | undefined;
}

/** Connects, sends `text`, reads until the server closes or `until` has come. Rejects when the handshake fails or nothing comes back. */
export async function askTls(
  port: number,
  options: ConnectionOptions = {},
  text = '',
  until = 'never',
): Promise<TlsAnswer> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: pem('authority.crt'),
    servername: 'shop.example.com',
    ...options,
  });
  let body = '';
  let session: Buffer | undefined;
  let ocsp: Buffer | undefined;
  let failure: Error | undefined;
  socket.on('session', (next) => (session = next));
  socket.on('OCSPResponse', (response) => (ocsp = response));
  socket.on('error', (error) => (failure = error));
  socket.once('secureConnect', () => socket.write(text));
  let facts: Pick<TlsAnswer, 'authorized' | 'servedBy' | 'alpn' | 'version' | 'resumed'> | undefined;
  socket.on('data', (chunk) => {
    facts ??= factsOf(socket);
    body += chunk.toString('latin1');
    if (body.includes(until)) socket.end();
  });
  await once(socket, 'close');
  if (facts === undefined) throw failure ?? new Error('the server closed the connection');
  return { body, session, ocsp, ...facts };
}

function factsOf(socket: TLSSocket): Pick<TlsAnswer, 'authorized' | 'servedBy' | 'alpn' | 'version' | 'resumed'> {
  return {
    authorized: socket.authorized,
    servedBy: socket.getPeerX509Certificate()?.serialNumber ?? '',
    alpn: socket.alpnProtocol,
    version: socket.getProtocol(),
    resumed: socket.isSessionReused(),
  };
}

export interface TlsUpstream extends AsyncDisposable {
  readonly port: number;
  /** How many request heads came. */
  requests(): number;
  /** What each connection brought, in order. */
  readonly handshakes: {
    serverName: string | false | null;
    authorized: boolean;
    resumed: boolean;
    alpn: string | false | null;
  }[];
}

/** A TLS server that answers every request head with 200 and `body`. */
export async function startTlsUpstream(body: string, options: TlsOptions): Promise<TlsUpstream> {
  const handshakes: TlsUpstream['handshakes'] = [];
  const sockets = new Set<TLSSocket>();
  let requests = 0;
  const server = createServer(options, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const { servername, authorized, alpnProtocol } = socket;
    handshakes.push({
      serverName: servername ?? '',
      authorized,
      resumed: socket.isSessionReused(),
      alpn: alpnProtocol,
    });
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      head = '';
      requests++;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    handshakes,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
