import type { RequestHead } from '@weft/http';
import type { AccessRecord } from '../telemetry/access-record.ts';
import type { ConnectionInfo } from './downstream.ts';
import type { Exchange } from './exchange.ts';

/** @hot What is known when the head of a request has arrived. */
export function fillRecord(record: AccessRecord, connection: ConnectionInfo, request: RequestHead): void {
  record.protocol = request.version === 20 ? 'HTTP/2' : request.version === 11 ? 'HTTP/1.1' : 'HTTP/1.0';
  record.method = request.method;
  record.path = request.path;
  record.authority = request.authority;
  record.scheme = request.scheme;
  fillConnection(record, connection);
}

/** @hot What is known of a client connection. */
export function fillConnection(record: AccessRecord, connection: ConnectionInfo): void {
  record.connectionId = connection.id;
  record.downstreamLocalAddress = connection.localAddress;
  record.downstreamRemoteAddress = connection.remoteAddress;
  record.downstreamDirectRemoteAddress = connection.remoteAddress;
  record.filterChainName = connection.filterChainName;
  record.requestedServerName = connection.requestedServerName;
  const tls = connection.tls;
  if (tls === undefined) return;
  record.downstreamPeerUriSan = tls.peerUriSans.join(',');
  record.downstreamLocalUriSan = tls.localUriSan;
  record.downstreamPeerSubject = tls.peerSubject;
  record.downstreamTlsVersion = tls.version;
  record.downstreamTlsCipher = tls.cipher;
}

/** @hot What is known when the exchange is over; the filters of the end and the access log read it. */
export function closeRecord(exchange: Exchange): void {
  const { record, request } = exchange;
  record.endMs = exchange.manager.loop.now;
  record.responseCode = exchange.status;
  record.requestHeaders = request.headers;
  record.responseHeaders = exchange.responseHeaders;
  record.path = request.path;
}

/** @hot Counts a finished exchange. */
export function countEnd(exchange: Exchange): void {
  const { record } = exchange;
  const { stats } = exchange.manager;
  stats.downstreamRqActive.dec();
  stats.downstreamRqCompleted.inc();
  stats.downstreamRqByClass.inc(exchange.status);
  stats.downstreamRqTime.record(record.endMs - record.startMs);
}

/** `flags` and one more of Envoy's response flags. */
export function withFlag(flags: string, flag: string): string {
  if (flag === '' || flags === flag) return flags;
  return flags === '' ? flag : `${flags},${flag}`;
}
