/** The ways a wire comes to be: accepted or dialled, plain or TLS. */
import { connect, type NetConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TcpKeepalive } from '@weft/engine';
import { nodeTls } from '../tls/node-crypto.ts';
import type { Preamble, UpstreamHandshake, UpstreamTransport } from '../tls/upstream-handshake.ts';
import type { Loop } from './loop.ts';
import { Wire, type WireOwner } from './wire.ts';

/** What `net.Socket` keeps of the operating system's socket. Not in Node's documentation; see docs/decisions/0150. */
interface RawSocket {
  _handle: unknown;
}

/** Reads of plain sockets land in the loop's buffers and go to the wire that `of` names. */
function onread(loop: Loop, of: () => Wire | undefined): NonNullable<SocketConstructorOpts['onread']> {
  let next = loop.readBuffer(0);
  return {
    // Asked for once at the start and then after each read.
    buffer: () => next,
    callback: (bytes: number, buffer: Uint8Array): boolean => {
      next = loop.readBuffer(bytes);
      of()?.deliver((buffer as Buffer).subarray(0, bytes));
      return true;
    },
  };
}

/**
 * Takes over a socket that a server accepted with `pauseOnConnect`, so that it reads into the loop's buffer: `net.Server` has no option
 * for it, `net.Socket` does. The caller makes the owner, which needs the wire, so it comes as a function.
 */
export function acceptedWire(loop: Loop, accepted: Socket, bufferLimitBytes: number): Wire {
  const raw: Socket & Partial<RawSocket> = accepted;
  const handle = raw._handle;
  raw._handle = null;
  let wire: Wire | undefined;
  const options = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    writableHighWaterMark: bufferLimitBytes,
    onread: onread(loop, () => wire),
  };
  wire = new Wire(loop, new Socket(options as SocketConstructorOpts));
  return wire;
}

/** A wire over an accepted TLS socket whose handshake is done. Its reads come in buffers of Node's own. */
export function secureWire(loop: Loop, socket: TLSSocket): Wire {
  const wire = new Wire(loop, socket);
  socket.pause();
  socket.on('data', (chunk: Buffer) => wire.deliver(chunk));
  return wire;
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** A Unix domain socket instead of host and port. */
  readonly path: string | undefined;
  /** The local address to connect from; undefined leaves it to the system. */
  readonly localAddress: string | undefined;
  /** 0 leaves it to the system. */
  readonly localPort: number;
  readonly keepalive: TcpKeepalive | undefined;
  readonly bufferLimitBytes: number;
}

/** Starts a connection; `onConnect` runs once it is usable, after the TLS handshake if there is one, inside the loop's enter/leave. */
export function dialWire(
  loop: Loop,
  options: DialOptions,
  transport: UpstreamTransport,
  owner: WireOwner,
  onConnect: () => void,
): Wire {
  if (transport.kind === 'unavailable') return failedWire(loop, transport.cause, owner);
  let wire: Wire | undefined;
  const where =
    options.path === undefined
      ? {
          host: options.host,
          port: options.port,
          noDelay: true,
          ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
          ...(options.localPort === 0 ? {} : { localPort: options.localPort }),
        }
      : { path: options.path };
  const common = {
    ...where,
    allowHalfOpen: true,
    writableHighWaterMark: options.bufferLimitBytes,
    onread: onread(loop, () => wire),
  };
  if (transport.kind === 'plain') {
    wire = new Wire(loop, connect(common as NetConnectOpts));
    loop.ownDials?.follow(wire.socket);
    keepAlive(wire.socket, options.keepalive);
    wire.give(owner);
    wire.socket.once('connect', () => {
      loop.enter();
      const { preamble } = transport;
      if (preamble !== undefined) wire?.sendBytes(preamble(wire.socket));
      onConnect();
      loop.leave();
    });
    return wire;
  }
  const { handshake, preamble } = transport;
  const below = preamble === undefined ? {} : { socket: announced(common as NetConnectOpts, preamble) };
  const socket = nodeTls().connect({ ...common, ...handshake.options, ...below });
  wire = new Wire(loop, socket);
  // TLS over a socket that was there before pays no heed to `onread`.
  if (preamble !== undefined) socket.on('data', (chunk: Buffer) => wire?.deliver(chunk));
  loop.ownDials?.follow(socket);
  keepAlive(socket, options.keepalive);
  wire.give(owner);
  followHandshake(wire, socket, handshake, onConnect);
  return wire;
}

/** A socket that sends `preamble` once it is connected: before TLS, which waits for the connection too, and was told of it later. */
function announced({ onread: _ours, ...options }: NetConnectOpts, preamble: Preamble): Socket {
  const socket = connect(options);
  socket.once('connect', () => socket.write(preamble(socket)));
  return socket;
}

/** The system's defaults of Linux (tcp(7)) stand in for what is not said, since Node sets all three or none. */
const KEEPALIVE_TIME_S = 7200;
const KEEPALIVE_INTERVAL_S = 75;
const KEEPALIVE_PROBES = 9;

/** The form of `setKeepAlive` that takes all three numbers; the types know the first only. */
interface KeepAliveSocket {
  setKeepAlive(options: { enable: boolean; initialDelay: number; interval: number; count: number }): unknown;
}

/** Set once the socket is connected: before that there is nothing for the numbers to be kept in. */
function keepAlive(socket: Socket, keepalive: TcpKeepalive | undefined): void {
  if (keepalive === undefined) return;
  const { timeS, intervalS, probes } = keepalive;
  const target: object = socket;
  const options = {
    enable: true,
    initialDelay: (timeS ?? KEEPALIVE_TIME_S) * 1000,
    interval: (intervalS ?? KEEPALIVE_INTERVAL_S) * 1000,
    count: probes ?? KEEPALIVE_PROBES,
  };
  socket.once('connect', () => (target as KeepAliveSocket).setKeepAlive(options));
}

function followHandshake(wire: Wire, socket: TLSSocket, handshake: UpstreamHandshake, onConnect: () => void): void {
  socket.once('secureConnect', () => {
    const fault = handshake.check(socket);
    if (fault !== undefined) {
      wire.destroy(new Error(`TLS: ${fault}`));
      return;
    }
    wire.loop.enter();
    onConnect();
    wire.loop.leave();
  });
  socket.on('session', (session) => {
    if (!socket.destroyed) handshake.onSession(session);
  });
}

/** A wire that closes with `cause` before it was opened. */
function failedWire(loop: Loop, cause: string, owner: WireOwner): Wire {
  const wire = new Wire(loop, new Socket());
  wire.give(owner);
  wire.destroy(new Error(cause));
  return wire;
}
