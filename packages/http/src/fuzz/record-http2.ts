import { Http2ClientConnection } from '../http2/client.ts';
import type { Http2Connection } from '../http2/connection.ts';
import type { Http2Limits } from '../http2/limits.ts';
import { Http2ServerConnection, type Http2ServerStream } from '../http2/server.ts';
import type { Http2ResponseSink } from '../http2/sinks.ts';

/** What a connection reported and sent, as lines of text; bodies joined per stream. */
export interface Http2Record {
  readonly events: readonly string[];
  /** Frames we sent, one line each: `type flags stream payload-in-hex`. */
  readonly sent: readonly string[];
  /** Name of the connection error, if it failed. */
  readonly fault: string | undefined;
}

export interface ServerBehaviour {
  readonly limits?: Partial<Http2Limits>;
  /** Whether to consume body bytes as they come. Default true. */
  readonly consume?: boolean;
  /** Whether to answer a complete request with 200 and no body. Default false. */
  readonly answer?: boolean;
  readonly extendedConnect?: boolean;
  readonly now?: () => number;
}

class Log {
  readonly events: string[] = [];
  readonly bodies = new Map<number, string>();
  readonly quiet = {
    onOutput: () => undefined,
    onGoAway: (code: number) => this.events.push(`goaway ${code}`),
    onDrained: () => this.events.push('drained'),
    onRefused: (id: number) => this.events.push(`refused ${id}`),
  };

  body(id: number, chunk: Buffer): void {
    if (chunk.length === 0) throw new Error('an empty body chunk was reported');
    this.bodies.set(id, (this.bodies.get(id) ?? '') + chunk.toString('latin1'));
  }
  end(id: number, trailers: readonly string[] | undefined): void {
    this.events.push(`end ${id} ${JSON.stringify(this.bodies.get(id) ?? '')} ${JSON.stringify(trailers)}`);
  }
}

/** Feeds a server connection with bytes in the given pieces. */
export function recordServer(pieces: readonly Buffer[], behaviour: ServerBehaviour = {}): Http2Record {
  const log = new Log();
  const streams: Http2ServerStream[] = [];
  const connection: Http2ServerConnection = new Http2ServerConnection(
    {
      ...log.quiet,
      onStream(stream) {
        streams.push(stream);
        return {
          onRequest: (head) => log.events.push(`request ${stream.id} ${JSON.stringify(head)}`),
          onRequestBody(chunk) {
            log.body(stream.id, chunk);
            if (behaviour.consume !== false) stream.consumed(chunk.length);
          },
          onRequestEnd(trailers) {
            log.end(stream.id, trailers);
            if (behaviour.answer === true) stream.respond(200, [], true);
          },
          onReset: (reset) => log.events.push(`reset ${stream.id} ${reset.code} ${reset.cause}`),
          onDrain: () => log.events.push(`drain ${stream.id}`),
        };
      },
    },
    {
      now: behaviour.now ?? (() => 0),
      extendedConnect: behaviour.extendedConnect === true,
      ...(behaviour.limits === undefined ? {} : { limits: behaviour.limits }),
    },
  );
  return finish(connection, pieces, log);
}

/** Feeds a client connection that has asked `requests` times (GET, or HEAD for every second) with a server's bytes. */
export function recordClient(pieces: readonly Buffer[], requests: number): Http2Record {
  const log = new Log();
  const connection = new Http2ClientConnection(log.quiet, { now: () => 0 });
  for (let index = 0; index < requests; index++) {
    const id = index * 2 + 1;
    const sink: Http2ResponseSink = {
      onInformational: (head) => log.events.push(`interim ${id} ${JSON.stringify(head)}`),
      onResponse: (head) => log.events.push(`response ${id} ${JSON.stringify(head)}`),
      onResponseBody(chunk) {
        log.body(id, chunk);
        stream?.consumed(chunk.length);
      },
      onResponseEnd: (trailers) => log.end(id, trailers),
      onReset: (reset) => log.events.push(`reset ${id} ${reset.code} ${reset.cause} ${reset.retryable}`),
      onDrain: () => log.events.push(`drain ${id}`),
    };
    const method = index % 2 === 0 ? 'GET' : 'HEAD';
    const stream = connection.request(
      { method, path: '/', authority: 'a', scheme: 'http', headers: [], upgrade: undefined },
      true,
      sink,
    );
  }
  connection.takeOutput();
  return finish(connection, pieces, log);
}

function finish(connection: Http2Connection, pieces: readonly Buffer[], log: Log): Http2Record {
  let fault: string | undefined;
  for (const piece of pieces) {
    fault = connection.push(piece)?.name;
    if (fault !== undefined) break;
  }
  const sent = framesOf(Buffer.concat(connection.takeOutput()));
  connection.end();
  for (const [id, body] of log.bodies) log.events.push(`body ${id} ${JSON.stringify(body)}`);
  return { events: log.events, sent, fault };
}

/** Frames of a peer's output, one line each. */
export function framesOf(bytes: Buffer): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  while (at + 9 <= bytes.length) {
    const length = bytes.readUIntBE(at, 3);
    const stream = bytes.readUInt32BE(at + 5);
    lines.push(`${bytes[at + 3]} ${bytes[at + 4]} ${stream} ${bytes.toString('hex', at + 9, at + 9 + length)}`.trim());
    at += 9 + length;
  }
  if (at !== bytes.length) throw new Error('output does not end with a whole frame');
  return lines;
}
