/** A proxy in the test's process: port 0 everywhere, real sockets, any clock. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, systemClock } from '@weft/base';
import { decodeBootstrap } from '../bootstrap/decode.ts';
import { type Proxy as RunningProxy, runProxy } from '../run-proxy.ts';
import { quietDeps } from './quiet-deps.ts';

const TYPES = 'type.googleapis.com/envoy.extensions';
export const HCM_TYPE: string = `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`;
export const ROUTER: object = {
  name: 'envoy.filters.http.router',
  typed_config: { '@type': `${TYPES}.filters.http.router.v3.Router` },
};

export function socketAddress(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

export function staticCluster(name: string, ports: readonly number[], more: object = {}): object {
  const lbEndpoints = ports.map((port) => ({ endpoint: { address: socketAddress(port) } }));
  return {
    name,
    type: 'STATIC',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: lbEndpoints }] },
    ...more,
  };
}

export function httpListener(routes: readonly object[], more: object = {}): object {
  const manager = {
    '@type': HCM_TYPE,
    stat_prefix: 'test',
    route_config: { name: 'routes', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [ROUTER],
    ...more,
  };
  return listener([{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]);
}

export function listener(filters: readonly object[]): object {
  return { name: 'test', address: socketAddress(0), filter_chains: [{ filters }] };
}

export interface Harness extends AsyncDisposable {
  readonly proxy: RunningProxy;
  readonly port: number;
}

/** Starts a proxy from static resources; fails the test when they are refused. */
export async function startProxy(
  listeners: readonly object[],
  clusters: readonly object[],
  clock: Clock = systemClock,
  secrets: readonly object[] = [],
  bootstrap: object = {},
): Promise<Harness> {
  const decoded = decodeBootstrap({
    node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local' },
    static_resources: { listeners, clusters, secrets },
    ...bootstrap,
  });
  if (!decoded.ok) throw new Error(decoded.issues.map((issue) => `${issue.at}: ${issue.message}`).join('\n'));
  const proxy = runProxy(decoded.value, quietDeps(clock));
  await proxy.ready;
  return { proxy, port: proxy.listeners()[0]?.address.port ?? 0, [Symbol.asyncDispose]: () => proxy.close() };
}

export interface Upstream extends AsyncDisposable {
  readonly port: number;
  /** Everything received, connection by connection. */
  readonly received: string[];
  readonly connections: () => number;
}

/** A server that hands every chunk to `onData`, with what its connection received so far. */
export async function startUpstream(
  onData: (socket: Socket, soFar: string, connection: number) => void,
): Promise<Upstream> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    const index = received.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1');
      onData(socket, received[index] ?? '', index);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received,
    connections: () => received.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers every request without a body with 200 and `body`, once its head is complete. */
export function answering(body: string): (socket: Socket, soFar: string) => void {
  return (socket, soFar) => {
    if (soFar.endsWith('\r\n\r\n')) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  };
}

/** A raw client connection. `until` resolves with everything received once it contains `text`. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      for (const check of [...this.#waiting]) check();
    });
    this.socket.on('end', () => this.#end());
    this.socket.on('close', () => this.#end());
  }

  #end(): void {
    this.closed = true;
    for (const check of [...this.#waiting]) check();
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  until(text: string): Promise<string> {
    return this.#when(() => this.received.includes(text) || this.closed);
  }

  untilClosed(): Promise<string> {
    return this.#when(() => this.closed);
  }

  #when(done: () => boolean): Promise<string> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!done()) return;
        this.#waiting.delete(check);
        resolve(this.received);
      };
      this.#waiting.add(check);
      check();
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** A filter of the list `http_filters`, by the end of its type: `buffer.v3.Buffer`. */
export function httpFilterConfig(type: string, config: object): object {
  return { name: type.split('.')[0], typed_config: { '@type': `${TYPES}.filters.http.${type}`, ...config } };
}

/** Entries of `typed_per_filter_config` for filters made with `httpFilterConfig`. */
export function onRoute(type: string, config: object): object {
  return {
    typed_per_filter_config: {
      [type.split('.')[0] ?? '']: { '@type': `${TYPES}.filters.http.${type}`, ...config },
    },
  };
}

/** Sends one request on a connection of its own and resolves with everything that came back until the proxy closed it. */
export async function exchangeOnce(port: number, text: string): Promise<string> {
  using client = new RawClient(port);
  client.send(text.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
  return await client.untilClosed();
}

/** For the bootstrap of a proxy that the test asks through its admin interface. */
export const ADMIN: object = { admin: { address: socketAddress(0) } };

/** What the admin interface answers to `GET path`. */
export async function adminGet({ proxy }: Harness, path: string): Promise<string> {
  const { adminAddress: address } = proxy;
  if (address === undefined) throw new Error('the proxy was started without ADMIN');
  return await (await fetch(`http://${address.host}:${address.port}${path}`)).text();
}

/** Counters and gauges by their dotted names. */
export async function adminStats(harness: Harness): Promise<ReadonlyMap<string, number>> {
  const lines = (await adminGet(harness, '/stats')).split('\n');
  return new Map(
    lines.map((line) => {
      const cut = line.lastIndexOf(': ');
      return [line.slice(0, cut), Number(line.slice(cut + 2))] as const;
    }),
  );
}
