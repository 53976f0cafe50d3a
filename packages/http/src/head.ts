import type { Framing } from './framing.ts';
import type { HeaderBlock } from './header-block.ts';

/** The wire version a head came in: major × 10 + minor. */
export type HttpVersion = 9 | 10 | 11 | 20;

/** The head of a request, from HTTP/1 or HTTP/2 alike. Fields are writable: filters edit the head in place. */
export interface RequestHead {
  method: string;
  /** Origin-form with the query (`/orders?id=1`), `*` for `OPTIONS *`, empty for CONNECT without `:path`. */
  path: string;
  /** `Host`, the authority of an absolute-form target (which wins, RFC 9112 §3.2.2), the CONNECT target or `:authority`; may be empty on HTTP/1.0. */
  authority: string;
  /** `http` or `https`: from an absolute-form target or `:scheme`, else what the parser was told about its connection. */
  scheme: string;
  headers: HeaderBlock;
  /** The names of `headers` as they stood on the wire, one per pair; only when the parser was asked to keep them (HTTP/1). */
  rawNames: string[] | undefined;
  version: HttpVersion;
  /** The request-target as it stood on the line (HTTP/1), or `:path`. */
  target: string;
  framing: Framing;
  /** False when the connection must be closed after the answer: `Connection: close`, HTTP/1.0 without keep-alive, CONNECT. */
  keepAlive: boolean;
  /** The client waits for `100 Continue` before it sends the body (never set on HTTP/1.0). */
  expectContinue: boolean;
  /** The protocol asked for: `Upgrade` named by `Connection` (lower-case, e.g. `websocket`, `h2c`), or `:protocol` of an extended CONNECT (RFC 8441). */
  upgrade: string | undefined;
  /** Transfer codings before the final `chunked` (`gzip`), when the parser was told to let them through. */
  transferCodings: string | undefined;
}

/** The head of a response, from HTTP/1 or HTTP/2 alike. */
export interface ResponseHead {
  status: number;
  /** The reason phrase of HTTP/1; empty on HTTP/2. */
  reason: string;
  headers: HeaderBlock;
  rawNames: string[] | undefined;
  version: HttpVersion;
  framing: Framing;
  /** False when the connection cannot be used again after this message. */
  keepAlive: boolean;
  /** For status 101: the protocol switched to (lower-case). */
  upgrade: string | undefined;
  transferCodings: string | undefined;
}
