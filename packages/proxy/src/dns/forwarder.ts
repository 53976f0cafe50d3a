/** Asks the resolvers that the machine would have asked. One socket and one random id for each question, so that answers are hard to forge. */
import type { Clock, Timer } from '@weft/base';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { isAnswerTo, type Query, withId } from './wire.ts';

export interface ForwarderOptions {
  readonly servers: readonly HostPort[];
  readonly clock: Clock;
  /** Questions under way at once; more are refused. */
  readonly maxInFlight: number;
  /** For all servers together. */
  readonly timeoutMs: number;
}

/** Undefined: nobody answered in time, or too many questions are under way. */
export type Answered = (answer: Uint8Array | undefined) => void;

type Ask = (server: HostPort, message: Uint8Array, query: Query, id: number, done: Answered) => () => void;

export class Forwarder {
  readonly #options: ForwarderOptions;
  #inFlight = 0;
  #next = 0;
  readonly #running = new Set<() => void>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Asks by the protocol the client used; `message` is its query, every byte of which but the id is sent on. */
  ask(protocol: 'udp' | 'tcp', message: Uint8Array, query: Query, answered: Answered): void {
    const { servers, maxInFlight, timeoutMs, clock } = this.#options;
    if (servers.length === 0 || this.#inFlight >= maxInFlight) {
      answered(undefined);
      return;
    }
    this.#inFlight++;
    const first = this.#next++ % servers.length;
    const attemptMs = timeoutMs / servers.length;
    const ask: Ask = protocol === 'udp' ? askByUdp : askByTcp;
    let cancel: () => void = () => undefined;
    let timer: Timer | undefined;
    const end = (answer: Uint8Array | undefined): void => {
      timer?.cancel();
      cancel();
      if (!this.#running.delete(stop)) return;
      this.#inFlight--;
      answered(answer === undefined ? undefined : withId(answer, query.id));
    };
    const stop = (): void => end(undefined);
    this.#running.add(stop);
    const attempt = (n: number): void => {
      const server = servers[(first + n) % servers.length];
      if (n >= servers.length || server === undefined) return end(undefined);
      const next = (): void => {
        timer?.cancel();
        cancel();
        attempt(n + 1);
      };
      const id = process.getBuiltinModule('node:crypto').randomInt(0x10000);
      timer = clock.after(attemptMs, next);
      cancel = ask(server, withId(message, id), query, id, (answer) => {
        if (answer === undefined) next();
        else end(answer);
      });
    };
    attempt(0);
  }

  close(): void {
    for (const stop of [...this.#running]) stop();
  }
}

const askByUdp: Ask = ({ host, port }, message, query, id, done) => {
  const socket = process.getBuiltinModule('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let over = false;
  const finish = (answer: Uint8Array | undefined): void => {
    if (over) return;
    over = true;
    socket.close();
    done(answer);
  };
  socket.on('error', () => finish(undefined));
  // What is not the answer may be a forgery: the true one can still come.
  socket.on('message', (bytes) => {
    if (isAnswerTo(bytes, query, id)) finish(bytes);
  });
  // A connected socket takes datagrams of this server only, and hears when nobody listens there.
  socket.connect(port, host, () => {
    if (!over) socket.send(message);
  });
  return () => {
    if (over) return;
    over = true;
    socket.close();
  };
};

const askByTcp: Ask = ({ host, port }, message, query, id, done) => {
  const socket = process.getBuiltinModule('node:net').connect({ host, port });
  let over = false;
  let received: Buffer = Buffer.alloc(0);
  const finish = (answer: Uint8Array | undefined): void => {
    if (over) return;
    over = true;
    socket.destroy();
    done(answer);
  };
  socket.on('error', () => finish(undefined));
  socket.on('close', () => finish(undefined));
  socket.on('connect', () => socket.write(framed(message)));
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const answer = received.subarray(2, 2 + received.readUInt16BE(0));
    finish(isAnswerTo(answer, query, id) ? answer : undefined);
  });
  return () => {
    over = true;
    socket.destroy();
  };
};

/** A message as TCP carries it: its length before it (RFC 1035 §4.2.2). */
export function framed(message: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(message.length + 2);
  out.writeUInt16BE(message.length, 0);
  out.set(message, 2);
  return out;
}
