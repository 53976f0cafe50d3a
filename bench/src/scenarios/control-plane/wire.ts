/**
 * Just enough of protobuf and gRPC framing for a simulated proxy: it must cost far less than the server it loads, so messages are not
 * decoded but walked (protobuf.dev, "Encoding"; gRPC over HTTP/2, "Length-Prefixed-Message").
 */

const text = (value: string): Buffer => Buffer.from(value);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** One length-delimited field. */
export function field(number: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? text(value) : value;
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** An uncompressed gRPC message. */
export function frame(...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 0),
    1,
  );
  return Buffer.concat([head, ...parts]);
}

/** Calls `each` for every length-delimited field between `from` and `to`. The messages read here have no others. */
export function walk(
  bytes: Buffer,
  from: number,
  to: number,
  each: (field: number, start: number, end: number) => void,
): void {
  let at = from;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < to) {
    const tag = next();
    if (tag % 8 !== 2)
      throw new Error(`a field of wire type ${tag % 8} where only length-delimited ones were expected`);
    const length = next();
    each(tag >> 3, at, at + length);
    at += length;
  }
}

/** Joins chunks of a stream into gRPC messages. */
export class Frames {
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted = 5;

  push(chunk: Buffer, each: (message: Buffer) => void): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#wanted) {
      const [first] = this.#chunks;
      const all = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#size);
      this.#wanted = 5 + all.readUInt32BE(1);
      if (all.length < this.#wanted) {
        this.#chunks = [all];
        return;
      }
      const rest = all.subarray(this.#wanted);
      each(all.subarray(5, this.#wanted));
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#size = rest.length;
      this.#wanted = 5;
    }
  }
}
