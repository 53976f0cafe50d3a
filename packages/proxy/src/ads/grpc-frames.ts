/** gRPC's framing of messages: one byte of flags, four of length, the message (gRPC over HTTP/2, "Length-Prefixed-Message"). */

const PREFIX_BYTES = 5;

/** The largest message accepted. An xDS response for a very large mesh is tens of MiB; a peer that announces more is not one. */
export const MAX_MESSAGE_BYTES: number = 256 * 1024 * 1024;

/** `message` with its prefix, uncompressed. */
export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** Cuts a stream of bytes into messages, however it was split. */
export class MessageReader {
  readonly #onMessage: (message: Uint8Array) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(onMessage: (message: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  /** Takes bytes that may be kept. Returns what is wrong with them, after which nothing more may be pushed. */
  push(chunk: Buffer): string | undefined {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= PREFIX_BYTES) {
      const head = this.#peekPrefix();
      const length = head.readUInt32BE(1);
      if (head[0] !== 0) return `a compressed message (flags ${head[0]}), though no encoding was agreed`;
      if (length > MAX_MESSAGE_BYTES) return `a message of ${length} bytes; at most ${MAX_MESSAGE_BYTES} are accepted`;
      if (this.#bytes < PREFIX_BYTES + length) return undefined;
      const whole = this.#join();
      const end = PREFIX_BYTES + length;
      this.#bytes -= end;
      if (this.#bytes > 0) this.#chunks.push(whole.subarray(end));
      this.#onMessage(whole.subarray(PREFIX_BYTES, end));
    }
    return undefined;
  }

  #peekPrefix(): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= PREFIX_BYTES) return first;
    const whole = this.#join();
    this.#chunks.push(whole);
    return whole;
  }

  #join(): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const bytes = whole ?? Buffer.concat(this.#chunks);
    this.#chunks = [];
    return bytes;
  }
}
