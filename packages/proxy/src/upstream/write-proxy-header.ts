/**
 * The header that tells an upstream whose connection it gets (HAProxy's PROXY protocol §2.1 and §2.2).
 * in: the client's connection, if there is one   out: what goes before anything else
 */
import { isIP, type Socket } from 'node:net';
import type { ConnectionInfo } from '../stream/downstream.ts';

/** The two ends of a client's connection. */
export type ProxiedClient = Pick<ConnectionInfo, 'remoteHost' | 'remotePort' | 'localHost' | 'localPort'>;

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
/** Version 2 in the upper half; LOCAL is 0, PROXY is 1. */
const V2_LOCAL = 0x20;
const V2_PROXY = 0x21;
const STREAM_OVER_IPV4 = 0x11;
const STREAM_OVER_IPV6 = 0x21;

/**
 * Without a client, as for a health check, version 1 names the ends of the proxy's own connection, `socket`, and version 2 says LOCAL (as
 * Envoy's upstream PROXY protocol socket does). So it is where the client's ends are not both addresses of one family.
 */
export function proxyHeader(version: 1 | 2, client: ProxiedClient | undefined, socket: Socket): Buffer {
  return version === 1 ? header1(client ?? endsOf(socket)) : header2(client);
}

function endsOf(socket: Socket): ProxiedClient {
  return {
    remoteHost: socket.localAddress ?? '',
    remotePort: socket.localPort ?? 0,
    localHost: socket.remoteAddress ?? '',
    localPort: socket.remotePort ?? 0,
  };
}

/** 4 or 6; 0 when there is no common one. */
function family({ remoteHost, localHost }: ProxiedClient): number {
  const version = isIP(remoteHost);
  return version === isIP(localHost) ? version : 0;
}

function header1(ends: ProxiedClient): Buffer {
  const version = family(ends);
  if (version === 0) return Buffer.from('PROXY UNKNOWN\r\n');
  const { remoteHost, remotePort, localHost, localPort } = ends;
  return Buffer.from(`PROXY TCP${version} ${remoteHost} ${localHost} ${remotePort} ${localPort}\r\n`);
}

function header2(client: ProxiedClient | undefined): Buffer {
  const version = client === undefined ? 0 : family(client);
  if (client === undefined || version === 0) return Buffer.concat([SIGNATURE, Buffer.from([V2_LOCAL, 0, 0, 0])]);
  const toBytes = version === 4 ? bytesOf4 : bytesOf6;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(client.remotePort, 0);
  ports.writeUInt16BE(client.localPort, 2);
  const addresses = Buffer.concat([toBytes(client.remoteHost), toBytes(client.localHost), ports]);
  const start = Buffer.from([V2_PROXY, version === 4 ? STREAM_OVER_IPV4 : STREAM_OVER_IPV6, 0, addresses.length]);
  return Buffer.concat([SIGNATURE, start, addresses]);
}

function bytesOf4(host: string): Buffer {
  return Buffer.from(host.split('.').map(Number));
}

/** RFC 4291 §2.2, with `::` and a dotted tail. */
function bytesOf6(host: string): Buffer {
  const text = host.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const group = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16);
    return `${group(a, b)}:${group(c, d)}`;
  });
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const bytes = Buffer.alloc(16);
  for (const [i, group] of [...before, ...gap, ...after].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2);
  return bytes;
}
