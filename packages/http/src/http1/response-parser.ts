import { CHUNKED, type Framing, NO_BODY, UNTIL_CLOSE } from '../framing.ts';
import type { HttpVersion, ResponseHead } from '../head.ts';
import type { HeaderBlock } from '../header-block.ts';
import { IS_FIELD_VALUE, IS_TARGET } from './char-tables.ts';
import type { FaultCode, HttpFault } from './faults.ts';
import { CLOSE, KEEP_ALIVE } from './field-meaning.ts';
import { NEED_MORE } from './field-scanner.ts';
import { HeadFields } from './head-fields.ts';
import { NOTHING } from './known-names.ts';
import type { Http1Options } from './limits.ts';
import { MessageParser } from './message-parser.ts';
import { otherProtocolVersion, protocolVersion } from './protocol-version.ts';
import type { ResponseSink } from './sinks.ts';

const BLANK = 0;
const BLANK_LF = 1;
const VERSION = 2;
const STATUS = 3;
const AFTER_STATUS = 4;
const REASON = 5;
const LINE_LF = 6;
const FIELDS = 7;

/** Client side: bytes from a server in, responses out, one for each `begin`. */
export class ResponseParser extends MessageParser {
  readonly #sink: ResponseSink;
  readonly #meaning = new HeadFields();
  #method = '';
  #step = BLANK;
  #versionStart = 0;
  #version: HttpVersion = 11;
  #statusStart = 0;
  #status = 0;
  #lineEnd = 0;
  #begun = false;
  #closing = false;

  constructor(sink: ResponseSink, options: Http1Options = {}) {
    super(options, true);
    this.#sink = sink;
  }

  /** Before a request is written: its method, which decides whether the response can have a body (HEAD, CONNECT). */
  begin(method: string): HttpFault | undefined {
    this.#method = method;
    this.#begun = !this.#closing;
    return this.resume();
  }

  protected override get unexpected(): FaultCode | undefined {
    if (this.#closing) return 'DATA_AFTER_CLOSE';
    return this.#begun ? undefined : 'UNEXPECTED_RESPONSE';
  }

  protected override get headUntouched(): boolean {
    return !this.#begun;
  }

  protected override beginHead(): void {
    this.#step = BLANK;
    this.fields.position = 0;
  }

  /** @hot */
  protected override scanHead(bytes: Buffer, base: number, end: number): number {
    const { fields } = this;
    if (this.#step === FIELDS) return fields.scan(bytes, base, end, this.limits.maxHeaders);
    let i = base + fields.position;
    while (i < end) {
      const byte = bytes[i]!;
      switch (this.#step) {
        case BLANK:
          if (byte === 0x0d) {
            this.#step = BLANK_LF;
            i++;
            break;
          }
          if (byte === 0x0a) return fields.refuse('BAD_LINE_END', i - base, byte);
          this.#versionStart = i - base;
          this.#step = VERSION;
          break;
        case BLANK_LF:
          if (byte !== 0x0a) return fields.refuse('BAD_LINE_END', i - base - 1, 0x0d);
          this.#step = BLANK;
          i++;
          break;
        case VERSION:
          while (i < end && IS_TARGET[bytes[i]!] === 1) i++;
          if (i === end) break;
          if (bytes[i] !== 0x20 || !this.#readVersion(bytes, base + this.#versionStart, i))
            return fields.refuse('BAD_VERSION', i - base, bytes[i]!);
          this.#step = STATUS;
          i++;
          this.#statusStart = i - base;
          this.#status = 0;
          break;
        case STATUS:
          if (byte < 0x30 || byte > 0x39) return fields.refuse('BAD_STATUS_LINE', i - base, byte);
          this.#status = this.#status * 10 + byte - 0x30;
          i++;
          if (i - base < this.#statusStart + 3) break;
          if (this.#status < 100) return fields.refuse('BAD_STATUS_LINE', this.#statusStart, -1);
          this.#step = AFTER_STATUS;
          break;
        case AFTER_STATUS:
          // Servers leave the space out along with the reason phrase, against the grammar of RFC 9112 §4; nothing hangs on it.
          if (byte !== 0x20 && byte !== 0x0d) return fields.refuse('BAD_STATUS_LINE', i - base, byte);
          this.#step = REASON;
          if (byte === 0x20) i++;
          break;
        case REASON:
          while (i < end && IS_FIELD_VALUE[bytes[i]!] === 1) i++;
          if (i === end) break;
          if (bytes[i] !== 0x0d)
            return fields.refuse(bytes[i] === 0x0a ? 'BAD_LINE_END' : 'BAD_STATUS_LINE', i - base, bytes[i]!);
          this.#lineEnd = i - base;
          this.#step = LINE_LF;
          i++;
          break;
        default:
          if (byte !== 0x0a) return fields.refuse('BAD_LINE_END', i - base - 1, 0x0d);
          this.#step = FIELDS;
          fields.begin(i + 1 - base);
          return fields.scan(bytes, base, end, this.limits.maxHeaders);
      }
    }
    fields.position = i - base;
    return NEED_MORE;
  }

  #readVersion(bytes: Buffer, start: number, end: number): boolean {
    const version = protocolVersion(bytes, start, end);
    if (version === 10 || version === 11) {
      this.#version = version;
      return true;
    }
    if (this.options.tolerate?.otherProtocols !== true) return false;
    const other = otherProtocolVersion(bytes.toString('latin1', start, end), undefined);
    this.#version = other ?? 11;
    return other !== undefined;
  }

  /** @hot */
  protected override deliverHead(text: string): HttpFault | undefined {
    const meaning = this.#meaning;
    const headers = meaning.read(this.fields, text, this.#version, this.options, NOTHING);
    if (headers === undefined) return meaning.fault;
    const status = this.#status;
    const interim = status < 200 && status !== 101;
    const framing = this.#framing(status);
    const { connection } = meaning;
    const reusable = (connection & CLOSE) === 0 && (this.#version >= 11 || (connection & KEEP_ALIVE) !== 0);
    const head: ResponseHead = {
      status,
      reason: text.substring(Math.min(this.#statusStart + 4, this.#lineEnd), this.#lineEnd),
      headers,
      rawNames: meaning.rawNames,
      version: this.#version,
      framing,
      keepAlive: reusable && framing !== UNTIL_CLOSE && !this.#tunnels(status),
      upgrade: status === 101 ? meaning.upgrade : undefined,
      transferCodings: meaning.otherCodings,
    };
    if (interim) {
      this.expectHead();
      this.#sink.onInformational(head);
      return undefined;
    }
    this.#begun = false;
    this.#closing = !head.keepAlive;
    this.expectBody(framing);
    this.#sink.onResponse(head);
    return undefined;
  }

  /** The connection carries something else from here on: 101, or CONNECT accepted. */
  #tunnels(status: number): boolean {
    return status === 101 || (this.#method === 'CONNECT' && status >= 200 && status < 300);
  }

  /** RFC 9112 §6.3, in its order. */
  #framing(status: number): Framing {
    const meaning = this.#meaning;
    if (this.#method === 'HEAD' || status < 200 || status === 204 || status === 304 || this.#tunnels(status))
      return NO_BODY;
    if (meaning.codings !== undefined) return meaning.codings.chunkedLast ? CHUNKED : UNTIL_CLOSE;
    return meaning.contentLength < 0 ? UNTIL_CLOSE : meaning.contentLength;
  }

  protected override emitBody(chunk: Buffer): void {
    this.#sink.onResponseBody(chunk);
  }

  protected override emitEnd(trailers: HeaderBlock | undefined): void {
    this.#sink.onResponseEnd(trailers);
  }
}
