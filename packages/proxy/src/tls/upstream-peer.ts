/** Who is at the other end of a TLS connection to an upstream, for metrics and logs. */

import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Endpoint } from '@weft/engine';
import { altNames } from './alt-names.ts';

export interface UpstreamPeer {
  /** `TLSv1.3`; empty without TLS. */
  readonly version: string;
  /** The first URI name of the endpoint's certificate and of our own; empty without one. */
  readonly uriSan: string;
  readonly localUriSan: string;
}

const PLAINTEXT: UpstreamPeer = { version: '', uriSan: '', localUriSan: '' };

/** A resumed session brings no certificate: the endpoint is who it was when the session began. */
const LAST_SEEN = new WeakMap<Endpoint, string>();

function uriOf(certificate: X509Certificate | undefined): string | undefined {
  return certificate === undefined ? undefined : altNames(certificate).find(({ type }) => type === 'URI')?.value;
}

/** Asked once for each connection, when its handshake is over. */
export function upstreamPeer(socket: Socket, endpoint: Endpoint): UpstreamPeer {
  if (!('getPeerX509Certificate' in socket)) return PLAINTEXT;
  const tls = socket as TLSSocket;
  const certificate = tls.getPeerX509Certificate();
  const uriSan = certificate === undefined ? (LAST_SEEN.get(endpoint) ?? '') : (uriOf(certificate) ?? '');
  LAST_SEEN.set(endpoint, uriSan);
  return { version: tls.getProtocol() ?? '', uriSan, localUriSan: uriOf(tls.getX509Certificate()) ?? '' };
}
