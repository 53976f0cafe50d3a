import type { Framing, HeaderBlock } from '@weft/http';

/** Facts of a client connection that do not change while it lasts. Addresses as `ip:port`; hosts without brackets. */
export interface ConnectionInfo {
  readonly id: number;
  readonly localHost: string;
  readonly localPort: number;
  readonly localAddress: string;
  /** The local address is where the client wanted to go, told by a redirect or a PROXY header, not merely where it was accepted. */
  readonly redirected: boolean;
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly remoteAddress: string;
  readonly filterChainName: string;
  /** What the client's ClientHello asked for, also where TLS is passed through; empty without one. */
  readonly requestedServerName: string;
  /** Undefined on plaintext connections. */
  readonly tls: TlsInfo | undefined;
}

/** What the handshake established. */
export interface TlsInfo {
  readonly version: string;
  readonly cipher: string;
  readonly serverName: string;
  readonly alpn: string;
  /** URI SANs, subject and hash of the client's certificate; empty without one. */
  readonly peerUriSans: readonly string[];
  readonly peerDnsSans: readonly string[];
  readonly peerSubject: string;
  readonly peerFingerprint: string;
  /** PEM, for `x-forwarded-client-cert`; empty without one. */
  readonly peerCertificatePem: string;
  readonly localUriSan: string;
}

/** The client's side of one exchange, whatever its protocol: an HTTP/1 connection, or one stream of an HTTP/2 connection. */
export interface Downstream {
  readonly connection: ConnectionInfo;
  sendInformational(status: number, headers: HeaderBlock): void;
  /** `framing` describes the body that follows; `end` means that none does. */
  sendHead(status: number, reason: string, headers: HeaderBlock, framing: Framing, end: boolean): void;
  /** @hot `chunk` may be lent. */
  sendBody(chunk: Buffer): void;
  sendEnd(trailers: HeaderBlock | undefined): void;
  /** The response that was begun cannot be completed; the client must notice. */
  abort(): void;
  /** Stops and resumes reading the request. */
  pause(): void;
  resume(): void;
  /** More than the bound waits to be read by the client. */
  readonly full: boolean;
  /** More bytes of the request that are already here are being parsed: the end of its body may follow within this call. */
  readonly parsing: boolean;
  /** Turns the connection into a tunnel after a 101 or a CONNECT: from now on raw bytes go to the exchange as body. */
  tunnel(): void;
}

/** The upstream's side of one exchange, made by the terminal filter. */
export interface UpstreamLink {
  /** @hot `chunk` may be lent. */
  sendBody(chunk: Buffer): void;
  sendEnd(trailers: HeaderBlock | undefined): void;
  /** The exchange is over; whatever is under way is abandoned. */
  cancel(): void;
  /** The client takes no more response bytes for now, or does again. */
  pauseResponse(): void;
  resumeResponse(): void;
  /** More request bytes than the bound wait to be sent. */
  readonly full: boolean;
}
