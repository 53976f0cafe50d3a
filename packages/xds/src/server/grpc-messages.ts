import { GRPC_CODE, type GrpcCode } from './grpc-stream.ts';

type Next = { readonly message: Uint8Array } | { readonly code: GrpcCode; readonly fault: string };

const HEAD_BYTES = 5;

/** Cuts the bytes of a request stream into messages (Length-Prefixed-Message of grpc/doc/PROTOCOL-HTTP2.md). */
export class GrpcMessages {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Nothing comes out while it is set. */
  paused = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The next whole message, undefined until there is one. A fault is final. */
  next(): Next | undefined {
    if (this.paused || this.#size < HEAD_BYTES) return undefined;
    const head = this.#peek(HEAD_BYTES);
    const flag = head[0];
    const length = head.readUInt32BE(1);
    if (flag === 1) {
      return { code: GRPC_CODE.unimplemented, fault: 'the message is compressed; this server takes identity only' };
    }
    if (flag !== 0) {
      return {
        code: GRPC_CODE.internal,
        fault: `a gRPC message begins with ${flag}, not with a compressed flag of 0 or 1`,
      };
    }
    if (length > this.#maxBytes) {
      return {
        code: GRPC_CODE.resourceExhausted,
        fault: `a request of ${length} bytes; this server takes at most ${this.#maxBytes}`,
      };
    }
    if (this.#size < HEAD_BYTES + length) return undefined;
    const all = this.#peek(HEAD_BYTES + length);
    const rest = all.subarray(HEAD_BYTES + length);
    this.#chunks = rest.length === 0 ? [] : [rest, ...this.#chunks.slice(1)];
    this.#size -= HEAD_BYTES + length;
    return { message: all.subarray(HEAD_BYTES, HEAD_BYTES + length) };
  }

  /** The first chunk, made to hold at least `bytes`. */
  #peek(bytes: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= bytes) return first;
    const all = Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [all];
    return all;
  }
}
