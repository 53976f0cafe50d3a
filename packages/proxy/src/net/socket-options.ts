/**
 * Socket options that Node has no function for, by `node:ffi` (docs/decisions/0258). Linux only. The module is loaded when a listener
 * first asks for it: proxies whose traffic is not intercepted do without it.
 */
import type { Server, Socket } from 'node:net';
import type { HostPort } from '../bootstrap/bootstrap.ts';

// include/uapi/linux: in.h, in6.h, netfilter_ipv4.h, netfilter_ipv6/ip6_tables.h, socket.h.
const SOL_IP = 0;
const SOL_IPV6 = 41;
const SO_ORIGINAL_DST = 80;
const IP_TRANSPARENT = 19;
const IPV6_TRANSPARENT = 75;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCKADDR_IN6_BYTES = 28;
const MAPPED_IPV4 = '::ffff:';

/** What `net` keeps of the operating system's socket. Not in Node's documentation; see docs/decisions/0150. */
interface RawHandle {
  _handle?: { readonly fd?: number } | null;
}

export interface SocketOptions {
  /** Where the client of a redirected connection wanted to go; undefined when nobody redirected it. */
  originalDestination(socket: Socket): HostPort | undefined;
  /** Lets a listening socket take connections to addresses that are not this machine's; false when the system refuses. */
  setTransparent(server: Server): boolean;
}

export type LoadedSocketOptions =
  | { readonly ok: true; readonly value: SocketOptions }
  | { readonly ok: false; readonly cause: string };

let loaded: LoadedSocketOptions | undefined;

/** Loaded once a thread. */
export function socketOptions(): LoadedSocketOptions {
  loaded ??= load(process.platform, () => process.getBuiltinModule('node:ffi'));
  return loaded;
}

/** As `socketOptions`, of a given system. */
export function load(
  platform: NodeJS.Platform,
  ffiModule: () => typeof import('node:ffi') | undefined,
): LoadedSocketOptions {
  if (platform !== 'linux')
    return { ok: false, cause: `only Linux tells original destinations, and this is ${platform}` };
  const ffi = ffiModule();
  if (ffi === undefined) return { ok: false, cause: `Node ${process.version} has no node:ffi; Node 26.1 has` };
  try {
    return { ok: true, value: bindOptions(ffi) };
  } catch (error) {
    return { ok: false, cause: `node:ffi cannot be used: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function bindOptions(ffi: typeof import('node:ffi')): SocketOptions {
  const { functions } = ffi.dlopen(null, {
    getsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'buffer'], return: 'int32' },
    setsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'], return: 'int32' },
  });
  const address = Buffer.alloc(SOCKADDR_IN6_BYTES);
  const length = Buffer.from(new Uint32Array(1).buffer);
  const lengthValue = new Uint32Array(length.buffer, length.byteOffset, 1);
  const on = Buffer.from(Int32Array.of(1).buffer);
  return {
    originalDestination(socket) {
      const fd = fdOf(socket);
      const { localAddress = '' } = socket;
      if (fd === undefined) return undefined;
      const v6 = localAddress.includes(':') && !localAddress.startsWith(MAPPED_IPV4);
      lengthValue[0] = SOCKADDR_IN6_BYTES;
      // IP6T_SO_ORIGINAL_DST has the number of SO_ORIGINAL_DST, on the level of IPv6.
      if (functions.getsockopt(fd, v6 ? SOL_IPV6 : SOL_IP, SO_ORIGINAL_DST, address, length) !== 0) return undefined;
      return readSocketAddress(address);
    },
    setTransparent(server) {
      const fd = fdOf(server);
      const bound = server.address();
      if (fd === undefined || bound === null || typeof bound === 'string') return false;
      const v4 = functions.setsockopt(fd, SOL_IP, IP_TRANSPARENT, on, on.length) === 0;
      if (bound.family !== 'IPv6') return v4;
      return functions.setsockopt(fd, SOL_IPV6, IPV6_TRANSPARENT, on, on.length) === 0;
    },
  };
}

function fdOf(owner: (Socket | Server) & RawHandle): number | undefined {
  const fd = owner._handle?.fd;
  return fd === undefined || fd < 0 ? undefined : fd;
}

/** A `sockaddr_in` or `sockaddr_in6` of Linux: the family in the machine's byte order, port and address in the network's. */
export function readSocketAddress(bytes: Buffer): HostPort | undefined {
  const family = new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0];
  const port = bytes.readUInt16BE(2);
  if (family === AF_INET) return { host: bytes.subarray(4, 8).join('.'), port };
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + 2 * i).toString(16));
  return { host: shortIpv6(groups), port };
}

/** As the system writes addresses: the first longest run of zero groups, of two or more, becomes `::` (RFC 5952). */
function shortIpv6(groups: readonly string[]): string {
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  const text = groups.join(':');
  if (longest === '') return text;
  const at = text.search(new RegExp(`(^|:)${longest}(:|$)`));
  const before = text.slice(0, at);
  const rest = text.slice(at).replace(/^:/, '').slice(longest.length);
  return `${before}::${rest.replace(/^:/, '')}`;
}
