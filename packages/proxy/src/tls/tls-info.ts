import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsInfo } from '../stream/downstream.ts';
import { altNames, subjectOf } from './alt-names.ts';

/** What a finished handshake established. `peer` is the client's certificate, verified already. */
export function tlsInfo(
  socket: TLSSocket,
  serverName: string,
  peer: X509Certificate | undefined,
  localUriSan: string,
): TlsInfo {
  const names = peer === undefined ? [] : altNames(peer);
  const ofType = (wanted: string): readonly string[] =>
    names.filter(({ type }) => type === wanted).map(({ value }) => value);
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    serverName,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : '',
    peerUriSans: ofType('URI'),
    peerDnsSans: ofType('DNS'),
    peerSubject: peer === undefined ? '' : subjectOf(peer),
    peerFingerprint: peer?.fingerprint256.replaceAll(':', '').toLowerCase() ?? '',
    peerCertificatePem: peer?.toString() ?? '',
    localUriSan,
  };
}
