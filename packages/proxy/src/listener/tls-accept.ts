/** The server's side of a TLS handshake on an accepted socket, whose ClientHello has been read already and is given back to it. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Loop } from '../net/loop.ts';
import type { TlsInfo } from '../stream/downstream.ts';
import type { ListenerStats } from '../telemetry/listener-stats.ts';
import { Deadline } from '../time/wheel.ts';
import type { PeerFault } from '../tls/check-peer.ts';
import type { Greeting } from '../tls/downstream-tls.ts';
import { nodeTls } from '../tls/node-crypto.ts';
import { tlsInfo } from '../tls/tls-info.ts';

/** A handshake that takes longer is given up, unless `transport_socket_connect_timeout` says otherwise. Envoy would wait for ever. */
const DEFAULT_HANDSHAKE_MS = 15_000;

export interface HandshakeInput {
  readonly loop: Loop;
  /** Paused; nothing of it is read by anybody else. */
  readonly socket: Socket;
  /** What was read of it. */
  readonly peeked: Buffer;
  readonly serverName: string;
  readonly greeting: Greeting;
  /** 0 is the default. */
  readonly timeoutMs: number;
  readonly stats: ListenerStats;
  readonly onSecure: (socket: TLSSocket, info: TlsInfo) => void;
  /** The socket is gone, or about to be. Called once, and not after `onSecure`. */
  readonly onFailure: (cause: string) => void;
}

/** Starts the handshake. The socket returned may be destroyed to give it up. */
export function acceptTls(input: HandshakeInput): TLSSocket {
  const { loop, socket, greeting, stats } = input;
  // Node's TLS socket first takes what its parent holds unread.
  socket.unshift(input.peeked);
  const { TLSSocket } = nodeTls();
  const secure = new TLSSocket(socket, greeting.options);
  let cause = 'the client left';
  let settled = false;
  const settle = (): boolean => {
    const first = !settled;
    settled = true;
    deadline.disarm();
    return first;
  };
  const fail = (why: string): void => {
    if (!settle()) return;
    secure.destroy();
    input.onFailure(why);
  };
  const deadline = new Deadline(() => {
    stats.downstreamCxTransportSocketConnectTimeout.inc();
    fail('the TLS handshake took too long (transport_socket_connect_timeout)');
  });
  loop.wheel.arm(deadline, input.timeoutMs === 0 ? DEFAULT_HANDSHAKE_MS : input.timeoutMs);
  secure.once('error', (error) => {
    if (!settled) stats.sslConnectionError.inc();
    cause = opensslReason(error);
  });
  secure.once('close', () => fail(cause));
  secure.once('secure', () => {
    const peer = greeting.options.requestCert === true ? secure.getPeerX509Certificate() : undefined;
    const fault = greeting.check(secure, peer);
    if (fault !== undefined) {
      countFault(fault, peer !== undefined, stats);
      fail(`${peer === undefined ? 'the client' : 'the client is refused:'} ${fault.message}`);
      return;
    }
    if (!settle()) return;
    stats.sslHandshake.inc();
    loop.enter();
    input.onSecure(secure, tlsInfo(secure, input.serverName, peer, greeting.localUriSan));
    loop.leave();
  });
  return secure;
}

function countFault(fault: PeerFault, shown: boolean, stats: ListenerStats): void {
  if (!shown) stats.sslFailVerifyNoCert.inc();
  else if (fault.kind === 'name') stats.sslFailVerifySan.inc();
  else stats.sslFailVerifyError.inc();
}

/** The readable part of `…:error:0A000086:SSL routines:…:certificate verify failed:../file.c:12:`. */
export function opensslReason(error: Error & { readonly reason?: string }): string {
  return error.reason ?? /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(error.message)?.[1] ?? error.message;
}
