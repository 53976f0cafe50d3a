import { CHUNKED, type Framing, UNTIL_CLOSE } from '../framing.ts';
import type { HeaderBlock } from '../header-block.ts';
import { ChunkLineScanner } from './chunk-line-scanner.ts';
import { type FaultCode, type HttpFault, httpFault } from './faults.ts';
import { COMPLETE, FieldScanner, NEED_MORE, REFUSED } from './field-scanner.ts';
import { meaningOfSlot, PLAIN } from './known-names.ts';
import { HTTP1_LIMITS, type Http1Limits, type Http1Options } from './limits.ts';

const WAITING = 0;
const HEAD = 1;
const ENDS_WITH_HEAD = 2;
const SIZED_BODY = 3;
const BODY_UNTIL_CLOSE = 4;
const CHUNK_LINE = 5;
const CHUNK_DATA = 6;
const CHUNK_CR = 7;
const CHUNK_LF = 8;
const TRAILERS = 9;
const FAILED = 10;
const DETACHED = 11;

/** Returned by a step instead of the next offset: the message ended or failed, the rest of the bytes is not its business. */
const STOP = -1;

const FIRST_PENDING_BYTES = 1024;
const EMPTY: Buffer = Buffer.alloc(0);

/**
 * The life of messages on one connection, common to requests and responses: head, body by its framing, trailers, then wait.
 * Subclasses know the start line and what a head means. Heads are parsed where they arrived; only one that is split over
 * several reads is copied together first.
 */
export abstract class MessageParser {
  protected readonly limits: Http1Limits;
  protected readonly options: Http1Options;
  protected readonly fields: FieldScanner = new FieldScanner();
  #state: number;
  #running = false;
  /** Whether the bytes being parsed are a copy of ours; one of a read with many pipelined messages is enough. */
  #owned = false;
  #fault: HttpFault | undefined = undefined;
  /** Bytes that came while waiting. */
  #kept: Buffer | undefined = undefined;
  /** The beginning of a head or trailer section that is not complete yet. */
  #pending: Buffer = EMPTY;
  #pendingLength = 0;
  #bodyLeft = 0;
  readonly #chunkLine = new ChunkLineScanner();

  protected constructor(options: Http1Options, waiting: boolean) {
    this.options = options;
    this.limits = options.limits === undefined ? HTTP1_LIMITS : { ...HTTP1_LIMITS, ...options.limits };
    this.#state = waiting ? WAITING : HEAD;
  }

  /** Prepares `startLine` for a new head. */
  protected abstract beginHead(): void;
  /** Scans start line and fields of `bytes[base, end)`: COMPLETE (then `fields.position` is the head's length), NEED_MORE or REFUSED. */
  protected abstract scanHead(bytes: Buffer, base: number, end: number): number;
  /** Builds and reports the head from `text` (the head as latin1). Calls `expectBody`, or returns a fault. */
  protected abstract deliverHead(text: string): HttpFault | undefined;
  protected abstract emitBody(chunk: Buffer): void;
  protected abstract emitEnd(trailers: HeaderBlock | undefined): void;
  /** Whether nothing but empty lines of a head has come. */
  protected abstract get headUntouched(): boolean;
  /** Why no message may start now; undefined when bytes that come while waiting are kept for the next one. */
  protected abstract get unexpected(): FaultCode | undefined;

  /**
   * Parses `bytes`, calling the sink. A fault is final: later calls return it again. While the parser waits (after the end of a
   * message) bytes are kept, at most `maxPipelinedBytes`.
   */
  push(bytes: Buffer): HttpFault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (bytes.length === 0 || this.#state === DETACHED) return undefined;
    if (this.#state === WAITING) return this.#keep(bytes);
    return this.#run(bytes, false);
  }

  /** The peer ended its side. A fault if that cuts a message short; the end of a body that lasts until close is reported here. */
  end(): HttpFault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (this.#state === BODY_UNTIL_CLOSE) {
      this.#finish(EMPTY, 0, undefined);
      return undefined;
    }
    if (this.#state === WAITING || this.#state === DETACHED || (this.#state === HEAD && this.headUntouched))
      return undefined;
    this.#fail('INCOMPLETE', this.fields.position, -1);
    return this.#fault;
  }

  /** Ends parsing (CONNECT or Upgrade accepted, or the connection given up) and yields the bytes that were kept, perhaps none. */
  detach(): Buffer {
    const kept = this.#kept ?? EMPTY;
    this.#kept = undefined;
    this.#state = DETACHED;
    this.#pending = EMPTY;
    return kept;
  }

  /** True between messages, before the first byte of the next head: an idle connection may be closed without harm. */
  get idle(): boolean {
    return this.#kept === undefined && (this.#state === WAITING || (this.#state === HEAD && this.headUntouched));
  }

  /** Bytes kept while waiting: above zero the owner should stop reading. */
  get keptBytes(): number {
    return this.#kept === undefined ? 0 : this.#kept.length;
  }

  /** Leaves the waiting state for the next head and parses what was kept. */
  protected resume(): HttpFault | undefined {
    if (this.#fault !== undefined || this.#state !== WAITING) return this.#fault;
    if (this.unexpected !== undefined) return this.#checkKept();
    this.#state = HEAD;
    this.beginHead();
    if (this.#running || this.#kept === undefined) return undefined;
    const kept = this.#kept;
    this.#kept = undefined;
    return this.#run(kept, true);
  }

  /** Called by `deliverHead` before it reports the head: what follows it. */
  protected expectBody(framing: Framing): void {
    if (framing > 0) {
      this.#state = SIZED_BODY;
      this.#bodyLeft = framing;
    } else if (framing === CHUNKED) {
      this.#state = CHUNK_LINE;
      this.#chunkLine.beginMessage();
    } else this.#state = framing === UNTIL_CLOSE ? BODY_UNTIL_CLOSE : ENDS_WITH_HEAD;
  }

  /** Called by `deliverHead` after an interim response: another head follows. */
  protected expectHead(): void {
    this.#state = HEAD;
    this.beginHead();
  }

  #keep(bytes: Buffer): HttpFault | undefined {
    // A copy: the caller may reuse its read buffer once `push` has returned.
    this.#kept = this.#kept === undefined ? Buffer.from(bytes) : Buffer.concat([this.#kept, bytes]);
    return this.#checkKept();
  }

  #checkKept(): HttpFault | undefined {
    if (this.#kept === undefined || this.#state !== WAITING) return undefined;
    const kept = this.#kept;
    const unexpected = this.unexpected;
    if (unexpected === undefined) {
      if (kept.length > this.limits.maxPipelinedBytes) this.#fail('PIPELINE_TOO_LONG', kept.length, -1);
      return this.#fault;
    }
    // Line ends after the last message are a habit of old peers and mean nothing (RFC 9112 §2.2).
    const stray = unexpected === 'DATA_AFTER_CLOSE' ? kept.findIndex((byte) => byte !== 0x0d && byte !== 0x0a) : 0;
    if (stray >= 0) this.#fail(unexpected, stray, kept[stray]!);
    else this.#kept = undefined;
    return this.#fault;
  }

  #fail(code: FaultCode, offset: number, byte: number): number {
    this.#refuse(httpFault(code, offset, byte));
    return STOP;
  }

  #refuse(fault: HttpFault): void {
    this.#fault = fault;
    this.#state = FAILED;
    this.#kept = undefined;
    this.#pending = EMPTY;
  }

  #run(bytes: Buffer, owned: boolean): HttpFault | undefined {
    this.#running = true;
    this.#owned = owned;
    let data: Buffer | undefined = bytes;
    while (data !== undefined) {
      this.#consume(data);
      data = undefined;
      // The sink may have called `next()` already; then a pipelined message follows in the same bytes.
      if (this.#kept !== undefined && this.#state === HEAD) {
        data = this.#kept;
        this.#kept = undefined;
        this.#owned = true;
      }
    }
    this.#running = false;
    return this.#fault ?? this.#checkKept();
  }

  /** @hot Parses until the bytes or the message end; what a message leaves over goes to `#kept`. */
  #consume(data: Buffer): void {
    let i = 0;
    while (i !== STOP && i < data.length) {
      switch (this.#state) {
        case HEAD:
        case TRAILERS:
          i = this.#section(data, i);
          break;
        case SIZED_BODY:
          i = this.#sized(data, i);
          if (this.#bodyLeft === 0 && this.#state === SIZED_BODY) i = this.#finish(data, i, undefined);
          break;
        case BODY_UNTIL_CLOSE:
          this.emitBody(i === 0 ? data : data.subarray(i));
          return;
        case CHUNK_LINE:
          i = this.#chunkHead(data, i);
          break;
        case CHUNK_DATA:
          i = this.#sized(data, i);
          if (this.#bodyLeft === 0 && this.#state === CHUNK_DATA) this.#state = CHUNK_CR;
          break;
        case CHUNK_CR:
          if (data[i] === 0x0d) this.#state = CHUNK_LF;
          else this.#fail('BAD_CHUNK_END', 0, data[i]!);
          i++;
          break;
        case CHUNK_LF:
          if (data[i] === 0x0a) this.#state = CHUNK_LINE;
          else this.#fail('BAD_CHUNK_END', 1, data[i]!);
          this.#chunkLine.beginLine();
          i++;
          break;
        default:
          return;
      }
    }
  }

  /** @hot A head or a trailer section: where it stands, or in `#pending` when it is split over several reads. */
  #section(data: Buffer, i: number): number {
    const { maxHeadBytes, maxHeaders } = this.limits;
    const before = this.#pendingLength;
    if (before > 0) this.#append(data, i);
    const bytes = before > 0 ? this.#pending : data;
    const base = before > 0 ? 0 : i;
    const end = before > 0 ? this.#pendingLength : Math.min(data.length, i + maxHeadBytes);
    const { fields } = this;
    const isHead = this.#state === HEAD;
    const outcome = isHead ? this.scanHead(bytes, base, end) : fields.scan(bytes, base, end, maxHeaders);
    if (outcome === REFUSED) return this.#fail(fields.refusal, fields.position, fields.refusedByte);
    if (outcome === NEED_MORE) {
      if (end - base === maxHeadBytes) return this.#fail('HEAD_TOO_LARGE', maxHeadBytes, -1);
      if (before === 0) this.#append(data, i);
      return data.length;
    }
    const text = isHead || fields.count > 0 ? bytes.toString('latin1', base, base + fields.position) : '';
    const next = i + fields.position - before;
    this.#pendingLength = 0;
    this.#pending = EMPTY;
    return isHead ? this.#deliverHead(text, data, next) : this.#deliverTrailers(text, data, next);
  }

  #append(data: Buffer, i: number): void {
    const length = Math.min(this.#pendingLength + data.length - i, this.limits.maxHeadBytes);
    if (length > this.#pending.length) {
      // Doubling keeps a head that drips in byte by byte linear.
      const grown = Buffer.allocUnsafe(Math.max(FIRST_PENDING_BYTES, this.#pending.length * 2, length));
      this.#pending.copy(grown, 0, 0, this.#pendingLength);
      this.#pending = grown;
    }
    data.copy(this.#pending, this.#pendingLength, i, i + length - this.#pendingLength);
    this.#pendingLength = length;
  }

  #deliverHead(text: string, data: Buffer, next: number): number {
    const fault = this.deliverHead(text);
    if (fault !== undefined) {
      this.#refuse(fault);
      return STOP;
    }
    return this.#state === ENDS_WITH_HEAD ? this.#finish(data, next, undefined) : next;
  }

  #deliverTrailers(text: string, data: Buffer, next: number): number {
    const { fields } = this;
    if (fields.count === 0) return this.#finish(data, next, undefined);
    const trailers: HeaderBlock = [];
    for (let field = 0; field < fields.count; field++) {
      const slot = fields.slot(field);
      // A trailer must not change how the message was framed or routed: it comes after both were decided.
      if (meaningOfSlot(slot) !== PLAIN) return this.#fail('BAD_TRAILER', fields.nameOffset(field), -1);
      trailers.push(fields.name(text, field), fields.value(text, field));
    }
    return this.#finish(data, next, trailers);
  }

  #chunkHead(data: Buffer, i: number): number {
    const line = this.#chunkLine;
    const outcome = line.scan(data, i, this.limits.maxChunkExtensionBytes);
    if (outcome === REFUSED) return this.#fail(line.refusal, line.consumed, line.refusedByte);
    if (outcome === COMPLETE) {
      if (line.size === 0) {
        this.#state = TRAILERS;
        this.fields.begin(0);
      } else {
        this.#state = CHUNK_DATA;
        this.#bodyLeft = line.size;
      }
    }
    return i + line.consumed;
  }

  #sized(data: Buffer, i: number): number {
    const taken = Math.min(this.#bodyLeft, data.length - i);
    this.#bodyLeft -= taken;
    this.emitBody(taken === data.length ? data : data.subarray(i, i + taken));
    return i + taken;
  }

  #finish(data: Buffer, next: number, trailers: HeaderBlock | undefined): number {
    this.#state = WAITING;
    if (next < data.length) this.#kept = this.#owned ? data.subarray(next) : Buffer.from(data.subarray(next));
    this.emitEnd(trailers);
    return STOP;
  }
}
