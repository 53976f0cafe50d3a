import type { HeaderBlock } from '@weft/http';
import { type BodyRewrite, NO_BYTES } from '../../../stream/body-rewrite.ts';
import type { Exchange } from '../../../stream/exchange.ts';
import { grpcStatusOfHttp, setGrpcStatus } from '../../../stream/grpc-reply.ts';
import { Base64FrameWriter, Base64Reader } from './base64.ts';
import type { GrpcWebForm } from './content-type.ts';

/** The flag of a frame that holds trailers (gRPC-Web, "Protocol differences"). */
const TRAILERS_FLAG = 0x80;
/** How much of an answer that is not gRPC becomes `grpc-message`, as in Envoy. */
const MAX_MESSAGE_BYTES = 16_384;

/** Bodies of a gRPC-Web exchange: base64 where the client speaks it, trailers as the last frame. */
export class GrpcWebBodies implements BodyRewrite {
  holdsResponse = false;
  readonly #exchange: Exchange;
  readonly #reader: Base64Reader | undefined;
  readonly #writer: Base64FrameWriter | undefined;
  readonly #message: Buffer[] = [];
  #messageBytes = 0;

  constructor(exchange: Exchange, request: GrpcWebForm, response: GrpcWebForm) {
    this.#exchange = exchange;
    this.#reader = request === 'text' ? new Base64Reader() : undefined;
    this.#writer = response === 'text' ? new Base64FrameWriter() : undefined;
  }

  /** The upstream's answer is not gRPC: its body becomes the message of a status. */
  holdResponse(): void {
    this.holdsResponse = true;
  }

  /** @hot */
  requestBody(chunk: Buffer): Buffer {
    if (this.#reader === undefined) return chunk;
    const bytes = this.#reader.push(chunk);
    if (bytes !== undefined) return bytes;
    this.#refuse('grpc_base_64_decode_failed', 'the body of a grpc-web-text request is not base64');
    return NO_BYTES;
  }

  requestEnd(): void {
    if (this.#reader?.whole === false)
      this.#refuse('grpc_base_64_decode_failed_bad_size', 'the base64 of a grpc-web-text request is cut short');
  }

  #refuse(details: string, cause: string): void {
    this.#exchange.reply('BAD_GRPC_WEB', { details, cause });
  }

  /** @hot */
  responseBody(chunk: Buffer): Buffer {
    if (this.holdsResponse) {
      this.#collect(chunk);
      return NO_BYTES;
    }
    return this.#writer === undefined ? chunk : this.#writer.push(chunk);
  }

  #collect(chunk: Buffer): void {
    const room = MAX_MESSAGE_BYTES - this.#messageBytes;
    if (room <= 0) return;
    this.#message.push(Buffer.from(chunk.subarray(0, room)));
    this.#messageBytes += Math.min(chunk.length, room);
  }

  responseEnd(trailers: HeaderBlock | undefined): Buffer {
    const { responseHeaders, status } = this.#exchange;
    if (this.holdsResponse) {
      setGrpcStatus(responseHeaders, grpcStatusOfHttp(status), Buffer.concat(this.#message).toString('utf8'));
      return NO_BYTES;
    }
    // A status in the head and no body needs no frame: gRPC-Web clients know "Trailers-Only" as gRPC's do.
    if (trailers === undefined) return NO_BYTES;
    const frame = trailersFrame(trailers);
    return this.#writer === undefined ? frame : this.#writer.push(frame);
  }
}

/** The trailers as a header block of HTTP/1, in a frame. */
function trailersFrame(trailers: HeaderBlock): Buffer {
  let text = '';
  for (let i = 0; i < trailers.length; i += 2) text += `${trailers[i]}:${trailers[i + 1]}\r\n`;
  const block = Buffer.from(text, 'latin1');
  const frame = Buffer.allocUnsafe(5 + block.length);
  frame[0] = TRAILERS_FLAG;
  frame.writeUInt32BE(block.length, 1);
  frame.set(block, 5);
  return frame;
}
