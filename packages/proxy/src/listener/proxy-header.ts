/**
 * The header that a load balancer puts before a connection to say whose it is (HAProxy's PROXY protocol, versions 1 and 2).
 * in: the first bytes, split anywhere   out: a verdict, once   bound: `MAX_V2_BYTES`
 */
import { isIP } from 'node:net';

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** How many bytes the header takes. */
  readonly length: number;
  /** Undefined when the header speaks of no client: a health check of the balancer (LOCAL), or an address family without ports. */
  readonly addresses: { readonly source: HostAndPort; readonly destination: HostAndPort } | undefined;
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export type ProxyHeaderVerdict = ProxyHeader | 'absent' | 'invalid';

/** "107 characters … so a 108-byte buffer is always enough" (§2.1). */
const MAX_V1_BYTES = 107;
/** Addresses and as many extensions as real balancers send. */
export const MAX_V2_BYTES: number = 4096;

const V1 = Buffer.from('PROXY ');
const V2 = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const V2_HEADER_BYTES = 16;
const LOCAL = 0;
const PROXY = 1;
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The verdict about a connection that began with `bytes`; undefined while more are needed. */
export function readProxyHeader(bytes: Buffer): ProxyHeaderVerdict | undefined {
  if (begins(bytes, V2)) return bytes.length < V2_HEADER_BYTES ? undefined : readV2(bytes);
  if (begins(bytes, V1)) return bytes.length < V1.length ? undefined : readV1(bytes);
  return 'absent';
}

/** Whether `bytes` are the start of `signature`, or start with it. */
function begins(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.compare(signature, 0, length, 0, length) === 0;
}

function readV1(bytes: Buffer): ProxyHeaderVerdict | undefined {
  const end = bytes.subarray(0, MAX_V1_BYTES).indexOf('\r\n');
  if (end === -1) return bytes.length >= MAX_V1_BYTES ? 'invalid' : undefined;
  const length = end + 2;
  const line = bytes.toString('latin1', 0, end);
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { version: 1, length, addresses: undefined };
  const match = /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(line);
  if (match === null) return 'invalid';
  const [, family, from = '', to = '', fromPort = '', toPort = ''] = match;
  const source = { host: from, port: Number(fromPort) };
  const destination = { host: to, port: Number(toPort) };
  const valid = [source, destination].every(({ host, port }) => isIP(host) === Number(family) && port <= 65_535);
  return valid ? { version: 1, length, addresses: { source, destination } } : 'invalid';
}

function readV2(bytes: Buffer): ProxyHeaderVerdict | undefined {
  const version = bytes[12]! >> 4;
  const command = bytes[12]! & 0x0f;
  const family = bytes[13]!;
  const length = V2_HEADER_BYTES + bytes.readUInt16BE(14);
  if (version !== 2 || command > PROXY || length > MAX_V2_BYTES) return 'invalid';
  if (bytes.length < length) return undefined;
  if (command === LOCAL) return { version: 2, length, addresses: undefined };
  const body = bytes.subarray(V2_HEADER_BYTES, length);
  if (family === TCP4) return v2Addresses(body, 4, length);
  if (family === TCP6) return v2Addresses(body, 16, length);
  return { version: 2, length, addresses: undefined };
}

function v2Addresses(body: Buffer, bytes: 4 | 16, length: number): ProxyHeaderVerdict {
  if (body.length < 2 * bytes + 4) return 'invalid';
  const host = bytes === 4 ? ipv4 : ipv6;
  return {
    version: 2,
    length,
    addresses: {
      source: { host: host(body.subarray(0, bytes)), port: body.readUInt16BE(2 * bytes) },
      destination: { host: host(body.subarray(bytes, 2 * bytes)), port: body.readUInt16BE(2 * bytes + 2) },
    },
  };
}

function ipv4(bytes: Buffer): string {
  return [...bytes].join('.');
}

/** In the short form that sockets print (RFC 5952). */
function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
  return new URL(`http://[${groups}]/`).hostname.slice(1, -1);
}
