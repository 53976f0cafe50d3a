/**
 * One connection's tunnel over HTTP/1.1.   in: a wire to an endpoint   out: the same calls, with a request before the bytes
 *
 * CONNECT (RFC 9110 §9.3.6): the bytes follow the heads as they are. POST: they are the chunked bodies of request and response.
 */
import type { Socket } from 'node:net';
import { CHUNK_SUFFIX, chunkPrefix, lastChunk, type ResponseHead, ResponseParser, type ResponseSink } from '@weft/http';
import type { Wire, WireOwner } from '../../../net/wire.ts';

/** What a connection needs of the other side: a wire to an endpoint, or a tunnel through one. */
export type TcpUpstream = Pick<
  Wire,
  'socket' | 'closed' | 'full' | 'sendBytes' | 'end' | 'pause' | 'resume' | 'destroy' | 'give'
>;

export interface TunnelOwner extends WireOwner {
  /** The endpoint agreed: bytes may go. */
  onOpen(): void;
  /** The endpoint is there and does not tunnel; the tunnel calls nothing after this. */
  onRefused(cause: string): void;
}

export class HttpTunnel implements TcpUpstream, WireOwner, ResponseSink {
  readonly #owner: TunnelOwner;
  readonly #method: 'CONNECT' | 'POST';
  readonly #head: string;
  readonly #parser: ResponseParser = new ResponseParser(this);
  #wire: Wire | undefined = undefined;
  #state: 'dialling' | 'asked' | 'open' | 'refused' = 'dialling';

  /** `head` is the request, serialised. */
  constructor(owner: TunnelOwner, method: 'CONNECT' | 'POST', head: string) {
    this.#owner = owner;
    this.#method = method;
    this.#head = head;
  }

  /** The wire below; set once, when it is dialled. */
  attach(wire: Wire): void {
    this.#wire = wire;
  }

  /** The wire is connected: asks for the tunnel. */
  ask(): void {
    this.#state = 'asked';
    this.#parser.begin(this.#method);
    this.#below.sendText(this.#head);
  }

  get #below(): Wire {
    return this.#wire!;
  }

  get socket(): Socket {
    return this.#below.socket;
  }

  get closed(): boolean {
    return this.#below.closed;
  }

  /** @hot */
  get full(): boolean {
    return this.#below.full;
  }

  /** @hot */
  sendBytes(chunk: Buffer): void {
    const wire = this.#below;
    if (chunk.length === 0) return;
    if (this.#method === 'CONNECT') {
      wire.sendBytes(chunk);
      return;
    }
    wire.sendText(chunkPrefix(chunk.length));
    wire.sendBytes(chunk);
    wire.sendText(CHUNK_SUFFIX);
  }

  end(): void {
    if (this.#method === 'CONNECT') this.#below.end();
    else this.#below.sendText(lastChunk(undefined));
  }

  pause(): void {
    this.#below.pause();
  }

  resume(): void {
    this.#below.resume();
  }

  destroy(error?: Error): void {
    this.#below.destroy(error);
  }

  give(owner: WireOwner): void {
    this.#below.give(owner);
  }

  /** @hot */
  onBytes(chunk: Buffer): void {
    if (this.#state === 'open' && this.#method === 'CONNECT') {
      this.#owner.onBytes(chunk);
      return;
    }
    const fault = this.#parser.push(chunk);
    if (fault !== undefined) this.#fail(fault.message);
  }

  /** Before the answer the attempt fails, after it the connection is cut. */
  #fail(cause: string): void {
    if (this.#state === 'open') this.#below.destroy(new Error(`the answer to ${this.#method} is broken: ${cause}`));
    else this.#refuse(`the answer to ${this.#method} is broken: ${cause}`);
  }

  #refuse(cause: string): void {
    if (this.#state === 'refused') return;
    this.#state = 'refused';
    this.#owner.onRefused(cause);
  }

  onInformational(): void {
    // 1xx: the answer is still to come.
  }

  onResponse({ status, reason }: ResponseHead): void {
    if (status < 200 || status > 299) {
      this.#refuse(`it answered ${this.#method} with ${`${status} ${reason}`.trim()}`);
    } else if (this.#method === 'POST') this.#open();
  }

  #open(): void {
    this.#state = 'open';
    this.#owner.onOpen();
  }

  /** @hot */
  onResponseBody(chunk: Buffer): void {
    if (this.#state === 'open') this.#owner.onBytes(chunk);
  }

  onResponseEnd(): void {
    if (this.#state === 'refused') return;
    if (this.#method === 'POST') {
      this.#owner.onEof();
      return;
    }
    const early = this.#parser.detach();
    this.#open();
    if (early.length > 0) this.#owner.onBytes(early);
  }

  onEof(): void {
    if (this.#state === 'open' && this.#method === 'CONNECT') {
      this.#owner.onEof();
      return;
    }
    if (this.#state === 'asked') {
      this.#refuse(`it closed the connection instead of answering ${this.#method}`);
      return;
    }
    const fault = this.#parser.end();
    if (fault !== undefined) this.#fail(fault.message);
  }

  onWritable(): void {
    this.#owner.onWritable();
  }

  onClosed(cause: Error | undefined): void {
    if (this.#state === 'asked') {
      this.#refuse(`it closed the connection instead of answering ${this.#method}: ${cause?.message ?? 'closed'}`);
    } else if (this.#state !== 'refused') this.#owner.onClosed(cause);
  }
}
