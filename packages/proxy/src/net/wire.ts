/**
 * One socket as a connection uses it: gathers what is written in a round of reads into one system call, says when it is full, lends its
 * reads.
 * Plain sockets read into the loop's buffer; TLS sockets of accepted connections bring buffers of their own.
 */
import type { Socket } from 'node:net';
import type { Loop } from './loop.ts';

/** Who owns a wire. Called from the socket's events; every call is inside the loop's enter/leave. */
export interface WireOwner {
  /** Bytes arrived; lent (see Loop) until the call returns. */
  onBytes(chunk: Buffer): void;
  /** The peer will send no more. */
  onEof(): void;
  /** The queue fell below its bound after having been full. */
  onWritable(): void;
  /** The socket is gone; called once, with the reason when there was an error. */
  onClosed(cause: Error | undefined): void;
}

/** Owns a wire until its owner is made. */
const NOBODY: WireOwner = {
  onBytes: () => undefined,
  onEof: () => undefined,
  onWritable: () => undefined,
  onClosed: () => undefined,
};

/** Bodies shorter than this join the text of their head: one string to write instead of a gathered write. */
const INLINE_BODY_BYTES = 4096;

export class Wire {
  readonly socket: Socket;
  readonly loop: Loop;
  bytesRead = 0;
  bytesWritten = 0;
  #owner: WireOwner = NOBODY;
  #text = '';
  #chunks: (string | Buffer)[] = [];
  #queuedBytes = 0;
  #dirty = false;
  #ending = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #paused = false;

  constructor(loop: Loop, socket: Socket) {
    this.loop = loop;
    this.socket = socket;
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => this.#onClose());
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#onDrain());
  }

  /** Hands the wire to its owner, or to another one. */
  give(owner: WireOwner): void {
    this.#owner = owner;
  }

  /** Begins to read an accepted socket, once its owner is there. */
  start(): void {
    this.socket.resume();
  }

  /**
   * Gives up the socket, paused, to someone else: a TLS socket on top of it. Nothing was written; what was read is the caller's to
   * hand over. The wire counts as closed from here, and its owner hears no more.
   */
  release(): Socket {
    const { socket } = this;
    this.#owner = NOBODY;
    this.#closed = true;
    socket.pause();
    return socket;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Nothing more may be written: closed, or its end is queued. */
  get ended(): boolean {
    return this.#closed || this.#ending;
  }

  /** @hot More than the bound waits for the peer; stop feeding until `onWritable`. */
  get full(): boolean {
    return this.socket.writableNeedDrain && this.socket.writableLength > 0;
  }

  /** @hot Called by whoever reads the socket. */
  deliver(chunk: Buffer): void {
    const loop = this.loop;
    const bytes = chunk.length;
    this.bytesRead += bytes;
    loop.enterRead();
    this.#owner.onBytes(chunk);
    loop.leaveRead(bytes);
  }

  /** @hot Queues text whose characters are all below 256. */
  sendText(text: string): void {
    if (this.ended) return;
    this.#text += text;
    this.#queuedBytes += text.length;
    this.#touch();
  }

  /** @hot Queues bytes, perhaps lent. */
  sendBytes(chunk: Buffer): void {
    if (this.ended || chunk.length === 0) return;
    this.#queuedBytes += chunk.length;
    if (chunk.length <= INLINE_BODY_BYTES) this.#text += chunk.toString('latin1');
    else {
      if (this.#text !== '') this.#chunks.push(this.#text);
      this.#text = '';
      this.#chunks.push(this.loop.own(chunk));
    }
    this.#touch();
  }

  /** Closes the writing side once everything queued is written. */
  end(): void {
    if (this.ended) return;
    this.#ending = true;
    this.#touch();
  }

  /** Drops what is queued and closes at once. */
  destroy(error?: Error): void {
    this.#error ??= error;
    this.socket.destroy();
  }

  /** @hot Stops reading; the peer's sending stops when the kernel's buffers are full. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  /** @hot */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** @hot Writes what is queued; called by the loop. */
  flush(): void {
    this.#dirty = false;
    if (this.#closed) return;
    const socket = this.socket;
    this.bytesWritten += this.#queuedBytes;
    this.#queuedBytes = 0;
    const text = this.#text;
    this.#text = '';
    if (this.#chunks.length > 0) this.#flushChunks(text);
    else if (text !== '') socket.write(text, 'latin1');
    if (this.#ending) socket.end();
  }

  #flushChunks(text: string): void {
    const socket = this.socket;
    const chunks = this.#chunks;
    this.#chunks = [];
    const single = chunks.length === 1 && text === '';
    if (!single) socket.cork();
    for (let i = 0; i < chunks.length; i++) {
      const chunk = chunks[i]!;
      if (typeof chunk === 'string') socket.write(chunk, 'latin1');
      else socket.write(chunk);
    }
    if (text !== '') socket.write(text, 'latin1');
    if (!single) socket.uncork();
  }

  #touch(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.loop.touch(this);
  }

  #onEnd(): void {
    this.loop.enter();
    if (!this.#closed) this.#owner.onEof();
    this.loop.leave();
  }

  #onDrain(): void {
    this.loop.enter();
    if (!this.#closed) this.#owner.onWritable();
    this.loop.leave();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.loop.enter();
    this.#owner.onClosed(this.#error);
    this.loop.leave();
  }
}
