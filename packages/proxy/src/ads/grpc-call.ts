/**
 * The gRPC call of the ADS client over our own HTTP/2 codec: a fifth of grpc-js's memory, and no second HTTP/2 in the process
 * (docs/decisions/0003). One connection for one call; connecting again is the ADS client's business.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { type Clock, GRPC_STATUS_NAMES, type Timer } from '@weft/base';
import {
  type HeaderBlock,
  HTTP2_ERRORS,
  Http2ClientConnection,
  type Http2ClientStream,
  type Http2ConnectionSink,
  type Http2ResponseSink,
  headerValue,
  type ResponseHead,
  type StreamReset,
} from '@weft/http';
import type { GrpcCall, GrpcCallSink, OpenGrpcCall } from '@weft/xds/client';
import { frameMessage, MessageReader } from './grpc-frames.ts';

/** A peer that answers no PING for this long is gone, whatever TCP says. */
const PING_EVERY_MS = 30_000;
const PING_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5000;

export interface GrpcTarget {
  readonly host: string;
  readonly port: number;
}

/** Calls to `target`, in plain text. */
export function grpcCalls(target: GrpcTarget, clock: Clock): OpenGrpcCall {
  return (path, headers, sink) => new Http2GrpcCall(target, clock, path, headers, sink);
}

class Http2GrpcCall implements GrpcCall, Http2ConnectionSink, Http2ResponseSink {
  readonly #target: GrpcTarget;
  readonly #clock: Clock;
  readonly #sink: GrpcCallSink;
  readonly #socket: Socket;
  readonly #connection: Http2ClientConnection;
  readonly #stream: Http2ClientStream;
  readonly #reader: MessageReader;
  readonly #pinging: Timer;
  #deadline: Timer;
  #writing = false;
  #over = false;

  constructor(
    target: GrpcTarget,
    clock: Clock,
    path: string,
    headers: Readonly<Record<string, string>>,
    sink: GrpcCallSink,
  ) {
    this.#target = target;
    this.#clock = clock;
    this.#sink = sink;
    this.#reader = new MessageReader((message) => {
      if (!this.#over) this.#sink.onMessage(message);
    });
    this.#socket = connectTcp({ host: target.host, port: target.port, noDelay: true });
    this.#connection = new Http2ClientConnection(this, { now: () => clock.monotonic() });
    const stream = this.#connection.request(requestHead(target, path, headers), false, this);
    if (stream === undefined) throw new Error('a new HTTP/2 connection takes no request');
    this.#stream = stream;
    this.#pinging = clock.every(PING_EVERY_MS, () => this.#ping());
    this.#deadline = clock.after(CONNECT_TIMEOUT_MS, () => this.#fail(`no connection within ${CONNECT_TIMEOUT_MS} ms`));
    this.#listen();
  }

  write(message: Uint8Array): void {
    if (!this.#over) this.#stream.write(frameMessage(message));
  }

  cancel(): void {
    if (this.#over) return;
    this.#stream.reset(HTTP2_ERRORS.CANCEL);
    this.#flush();
    this.#close();
    this.#socket.end();
  }

  #listen(): void {
    const socket = this.#socket;
    let cause = '';
    socket.on('connect', () => this.#deadline.cancel());
    socket.on('data', (bytes) => {
      const fault = this.#connection.push(bytes as Buffer);
      this.#flush();
      if (fault !== undefined) this.#fail(`HTTP/2 ${fault.message}`);
    });
    socket.on('drain', () => this.#flush());
    socket.on('error', (error) => {
      cause = error.message;
    });
    socket.on('close', () => this.#end(cause === '' ? 'the server closed the connection' : cause));
  }

  #ping(): void {
    this.#deadline.cancel();
    this.#deadline = this.#clock.after(PING_TIMEOUT_MS, () =>
      this.#fail(`no answer to a PING within ${PING_TIMEOUT_MS} ms`),
    );
    this.#connection.ping(() => this.#deadline.cancel());
  }

  /** Writes of a tick leave together. */
  onOutput(): void {
    if (this.#writing) return;
    this.#writing = true;
    queueMicrotask(() => {
      this.#writing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableNeedDrain) return;
    socket.cork();
    for (let chunks = this.#connection.takeOutput(); chunks.length > 0; chunks = this.#connection.takeOutput()) {
      for (const chunk of chunks) socket.write(chunk);
      if (socket.writableNeedDrain) break;
    }
    socket.uncork();
  }

  onInformational(): void {
    // 1xx carries nothing in gRPC.
  }

  onResponse(head: ResponseHead): void {
    const status = headerValue(head.headers, 'grpc-status');
    if (status !== undefined) return this.#finished(head.headers);
    const type = headerValue(head.headers, 'content-type') ?? '';
    if (head.status !== 200 || !type.startsWith('application/grpc')) {
      this.#fail(`it answered HTTP ${head.status} with content-type '${type}', which is no gRPC`);
    }
  }

  onResponseBody(chunk: Buffer): void {
    this.#stream.consumed(chunk.length);
    const wrong = this.#reader.push(chunk);
    if (wrong !== undefined) this.#fail(wrong);
  }

  onResponseEnd(trailers: HeaderBlock | undefined): void {
    this.#finished(trailers ?? []);
  }

  onReset(reset: StreamReset): void {
    this.#fail(reset.message);
  }

  onDrain(): void {
    // Requests are small and few: one for a change of ours, one for a response. Nothing waits for room.
  }

  onGoAway(): void {
    // The stream goes on until the server ends it.
  }

  onDrained(): void {
    // Only a drain of our own ends so.
  }

  onRefused(): void {
    // Servers only.
  }

  #finished(headers: HeaderBlock): void {
    const code = Number(headerValue(headers, 'grpc-status') ?? '2');
    const message = decodeMessage(headerValue(headers, 'grpc-message') ?? '');
    const name = GRPC_STATUS_NAMES[code] ?? `status ${code}`;
    this.#fail(code === 0 ? 'the server ended the stream' : `${name}${message === '' ? '' : `: ${message}`}`);
  }

  #fail(reason: string): void {
    this.#socket.destroy();
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#close();
    this.#sink.onEnd(`${this.#target.host}:${this.#target.port}: ${reason}`);
  }

  #close(): void {
    this.#over = true;
    this.#pinging.cancel();
    this.#deadline.cancel();
  }
}

function requestHead(
  target: GrpcTarget,
  path: string,
  headers: Readonly<Record<string, string>>,
): Parameters<Http2ClientConnection['request']>[0] {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const fields = ['content-type', 'application/grpc', 'te', 'trailers', 'user-agent', 'weft'];
  for (const [name, value] of Object.entries(headers)) fields.push(name, value);
  return {
    method: 'POST',
    path,
    authority: `${host}:${target.port}`,
    scheme: 'http',
    headers: fields,
    upgrade: undefined,
  };
}

/** grpc-message is percent-encoded; what is not decodable is shown as it came ("Percent-Encoded"). */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
