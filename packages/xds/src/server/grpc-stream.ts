import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '@weft/base';
import { GrpcMessages } from './grpc-messages.ts';

/** Numbers of google.rpc.Code that this server answers with. */
export const GRPC_CODE = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export type GrpcCode = (typeof GRPC_CODE)[keyof typeof GRPC_CODE];

/** What a client proved about itself by its TLS certificate. */
export interface ClientCertificate {
  /** Signed by an authority of this server's `ca`. */
  readonly trusted: boolean;
  /** Of the subject alternative name, where SPIFFE puts a workload's identity. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

export interface GrpcStreamHandler {
  /** The bytes are only valid during the call. */
  message(bytes: Uint8Array): void;
  /** Writing may go on. */
  drained(): void;
  /** The stream is over, once, for whatever reason but `finish`. */
  ended(reason: string): void;
}

/** Written as one buffer below this size; above it, the parts of many streams are the same memory. */
const JOINED_BYTES = 4_096;
/** For a client to take its status and end its side. */
const LINGER_MS = 5_000;
const RESPONSE_HEADERS = { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity' };

/** One bidirectional gRPC call on an HTTP/2 stream (grpc/doc/PROTOCOL-HTTP2.md). Messages go out by reference, uncompressed. */
export class GrpcStream {
  readonly peer: string;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #clock: Clock;
  readonly #messages: GrpcMessages;
  #handler: GrpcStreamHandler | undefined;
  #deadline: Timer | undefined;
  #over = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, clock: Clock, maxMessageBytes: number) {
    this.#stream = stream;
    this.#headers = headers;
    this.#clock = clock;
    const { remoteAddress = '', remotePort = 0 } = stream.session?.socket ?? {};
    this.peer = remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
    this.#messages = new GrpcMessages(maxMessageBytes);
    const timeoutMs = timeoutOf(headers['grpc-timeout']);
    if (timeoutMs !== undefined) {
      this.#deadline = clock.after(timeoutMs, () => this.#abort(GRPC_CODE.deadlineExceeded, 'the deadline is over'));
    }
    stream.on('error', (error: Error) => this.#end(error.message));
    stream.on('close', () => this.#end('the connection is gone'));
  }

  /** Starts reading. */
  handle(handler: GrpcStreamHandler): void {
    this.#handler = handler;
    this.#stream.on('data', (chunk: Buffer) => {
      this.#messages.push(chunk);
      this.#read();
    });
    this.#stream.on('drain', () => {
      if (!this.#over) handler.drained();
    });
    this.#stream.on('end', () => {
      if (this.#over) return;
      this.#end('the proxy ended the stream');
      this.#close(GRPC_CODE.ok, '');
    });
  }

  /** A request header (gRPC metadata) by lower-case name. */
  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** Undefined without TLS, or when the client showed no certificate. */
  get certificate(): ClientCertificate | undefined {
    const socket = this.#stream.session?.socket;
    if (socket === undefined || !isTls(socket)) return undefined;
    const { subjectaltname } = socket.getPeerCertificate();
    if (subjectaltname === undefined) return undefined;
    const names = subjectaltname.split(', ');
    const of = (kind: string): readonly string[] =>
      names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
    return { trusted: socket.authorized, uris: of('URI:'), dnsNames: of('DNS:') };
  }

  pause(): void {
    this.#messages.paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#messages.paused = false;
    this.#stream.resume();
    this.#read();
  }

  /** Sends one message made of `parts`, which must not change any more. False: wait for `drained` before the next. */
  write(parts: readonly Uint8Array[]): boolean {
    if (this.#over) return false;
    if (!this.#stream.headersSent) this.#respond();
    let size = 0;
    for (const part of parts) size += part.length;
    const head = Buffer.alloc(5);
    head.writeUInt32BE(size, 1);
    if (size < JOINED_BYTES) return this.#stream.write(Buffer.concat([head, ...parts]));
    this.#stream.cork();
    this.#stream.write(head);
    for (const part of parts) if (part.length > 0) this.#stream.write(part);
    this.#stream.uncork();
    return !this.#stream.writableNeedDrain;
  }

  /** Ends the call with a status; what was written before still goes out. The handler hears nothing more. */
  finish(code: GrpcCode, message: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline?.cancel();
    this.#close(code, message);
  }

  #read(): void {
    while (!this.#over) {
      const next = this.#messages.next();
      if (next === undefined) return;
      if ('fault' in next) this.#abort(next.code, next.fault);
      else this.#handler?.message(next.message);
    }
  }

  #abort(code: GrpcCode, reason: string): void {
    if (this.#over) return;
    this.#end(reason);
    this.#close(code, reason);
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline?.cancel();
    this.#handler?.ended(reason);
  }

  #respond(): void {
    this.#stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  }

  #close(code: GrpcCode, message: string): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    const status = { 'grpc-status': code, 'grpc-message': encodeMessage(message) };
    if (stream.headersSent) {
      stream.once('wantTrailers', () => stream.sendTrailers(status));
      stream.end();
    } else stream.respond({ ...RESPONSE_HEADERS, ...status }, { endStream: true });
    // What the client still sends is thrown away; one that does not finish its side is cut off (RFC 9113 §8.1).
    stream.resume();
    const cutOff = this.#clock.after(LINGER_MS, () => stream.close(constants.NGHTTP2_NO_ERROR));
    stream.once('close', () => cutOff.cancel());
  }
}

function isTls(socket: object): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true;
}

/** `<at most 8 digits><unit>` → milliseconds; undefined without one or for one that cannot be read. */
function timeoutOf(header: string | readonly string[] | undefined): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(header ?? '')) ?? [];
  const scale: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
  return digits === undefined ? undefined : Number(digits) * (scale[unit] ?? 1);
}

/** Percent-encoding of `grpc-message`: what is not printable ASCII, and the percent sign. */
function encodeMessage(message: string): string {
  return message.replace(/[^ -$&-~]/gu, (char) => encodeURIComponent(char.isWellFormed() ? char : '\ufffd'));
}
