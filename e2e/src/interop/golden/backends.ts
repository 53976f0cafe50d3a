/** Backends that stand for endpoints: each speaks whatever it is spoken to and says which one it is. */
import { once } from 'node:events';
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { SERVER_CERTIFICATE, SERVER_KEY } from './certificates.ts';

const TLS_HANDSHAKE = 0x16;
const HTTP2_PREFACE = 'PRI * HTTP/2.0';
const HTTP1_REQUEST = /^[A-Z]+ /;
/** What a server accepts by ALPN; behind Istio's own names either version of HTTP may follow. */
const PROTOCOLS = [
  'h2',
  'http/1.1',
  'istio-peer-exchange',
  'istio',
  'istio-h2',
  'istio-http/1.1',
  'istio-http/1.0',
] as const;

/** What a backend saw of a request, as it answers with it. */
export interface Seen {
  readonly backend: string;
  readonly protocol: string;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  /** Without those that were asked for by pseudo header. */
  readonly headers: Readonly<Record<string, string>>;
}

type Request = IncomingMessage | Http2ServerRequest;

/** Backends by label, started when their port is first asked for. */
export class Backends implements AsyncDisposable {
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #sockets = new Set<Socket>();

  async portOf(label: string): Promise<number> {
    let starting = this.#servers.get(label);
    if (starting === undefined) {
      starting = this.#start(label);
      this.#servers.set(label, starting);
    }
    return ((await starting).address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of await Promise.all(this.#servers.values())) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #start(label: string): Promise<Server> {
    const speak = speaker(label);
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // A proxy may reset a connection it no longer needs.
      socket.on('error', () => socket.destroy());
      speak(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
}

/** Looks at the first bytes of a connection and hands it to who speaks that; inside TLS it looks again. */
function speaker(label: string): (socket: Socket) => void {
  const answer = (request: Request, response: ServerResponse | Http2ServerResponse): void => {
    request.resume();
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(seenBy(label, request)));
    });
  };
  const http1 = createHttp1({ keepAliveTimeout: 0 }, answer);
  const http2 = createHttp2(answer);
  const tls = createTls({ cert: SERVER_CERTIFICATE, key: SERVER_KEY, ALPNProtocols: [...PROTOCOLS] });
  const speak = (socket: Socket): void => {
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      const text = chunk.toString('latin1');
      // TLS and HTTP/2 read from the socket's handle; only HTTP/1 listens to the socket.
      if (chunk[0] === TLS_HANDSHAKE) tls.emit('connection', socket);
      else if (text.startsWith(HTTP2_PREFACE)) http2.emit('connection', socket);
      else if (HTTP1_REQUEST.test(text)) {
        http1.emit('connection', socket);
        socket.resume();
      } else socket.end(`${label}\n`);
    });
  };
  // A handshake that the case means to fail is seen by the one who asked.
  http2.on('sessionError', () => undefined);
  tls.on('tlsClientError', () => undefined);
  tls.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    speak(socket);
  });
  return speak;
}

function seenBy(backend: string, request: Request): Seen {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(':') && name !== 'host') headers[name] = String(value);
  }
  return {
    backend,
    protocol: `${request.httpVersion}${'encrypted' in request.socket ? ' over TLS' : ''}`,
    method: request.method ?? '',
    path: request.url ?? '',
    authority: String(request.headers[':authority'] ?? request.headers.host ?? ''),
    headers,
  };
}
