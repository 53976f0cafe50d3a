/** The ways a wire comes to be: accepted or dialled, plain or TLS. */
import { connect, type NetConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
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

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** A Unix domain socket instead of host and port. */
  readonly path: string | undefined;
  /** The local address to connect from; undefined leaves it to the system. */
  readonly localAddress: string | undefined;
  readonly bufferLimitBytes: number;
}

/** Starts a connection, with TLS when `tls` is given; `onConnect` runs once it is usable, inside the loop's enter/leave. */
export function dialWire(
  loop: Loop,
  options: DialOptions,
  tls: ConnectionOptions | undefined,
  owner: WireOwner,
  onConnect: () => void,
): Wire {
  let wire: Wire | undefined;
  const where =
    options.path === undefined
      ? {
          host: options.host,
          port: options.port,
          noDelay: true,
          ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
        }
      : { path: options.path };
  const common = {
    ...where,
    allowHalfOpen: true,
    writableHighWaterMark: options.bufferLimitBytes,
    onread: onread(loop, () => wire),
  };
  const socket =
    tls === undefined
      ? connect(common as NetConnectOpts)
      : // Loaded when first needed: plaintext proxies do without its memory.
        process.getBuiltinModule('node:tls').connect({ ...common, ...tls });
  wire = new Wire(loop, socket);
  wire.give(owner);
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
    loop.enter();
    onConnect();
    loop.leave();
  });
  return wire;
}
