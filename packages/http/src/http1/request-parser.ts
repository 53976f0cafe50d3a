import { CHUNKED, type Framing, NO_BODY } from '../framing.ts';
import type { HttpVersion, RequestHead } from '../head.ts';
import type { HeaderBlock } from '../header-block.ts';
import { IS_TARGET, IS_TOKEN } from './char-tables.ts';
import { type FaultCode, type HttpFault, httpFault } from './faults.ts';
import { CLOSE, KEEP_ALIVE, UPGRADES } from './field-meaning.ts';
import { NEED_MORE } from './field-scanner.ts';
import { HeadFields } from './head-fields.ts';
import { HOST } from './known-names.ts';
import type { Http1Options } from './limits.ts';
import { MessageParser } from './message-parser.ts';
import { isForeignMethod, otherProtocolVersion, protocolVersion } from './protocol-version.ts';
import {
  ABSOLUTE_FORM,
  ASTERISK_FORM,
  AUTHORITY_FORM,
  isAuthority,
  NOT_A_TARGET,
  splitAbsoluteTarget,
  targetForm,
} from './request-target.ts';
import type { RequestSink } from './sinks.ts';

const BLANK = 0;
const BLANK_LF = 1;
const METHOD = 2;
const TARGET = 3;
const VERSION = 4;
const LINE_LF = 5;
const FIELDS = 6;

export interface RequestParserOptions extends Http1Options {
  /** The scheme of origin-form requests: `https` when the connection is TLS. Default `http`. */
  readonly scheme?: string;
}

/** Server side: bytes from a client in, requests out. One request at a time; `next()` asks for the following one. */
export class RequestParser extends MessageParser {
  readonly #sink: RequestSink;
  readonly #scheme: string;
  readonly #otherProtocols: boolean;
  readonly #anyUri: boolean;
  readonly #meaning = new HeadFields();
  #step = BLANK;
  #methodStart = 0;
  #methodEnd = 0;
  #targetEnd = 0;
  #version: HttpVersion = 11;
  #closing = false;
  #done = false;

  constructor(sink: RequestSink, options: RequestParserOptions = {}) {
    super(options, false);
    this.#sink = sink;
    this.#scheme = options.scheme ?? 'http';
    this.#otherProtocols = options.tolerate?.otherProtocols === true;
    this.#anyUri = options.tolerate?.uriExtras === true;
  }

  /**
   * After `onRequestEnd`: the answer is on its way, go on with the next request. After a request with `keepAlive` false no other
   * is parsed, and bytes that come are a fault.
   */
  next(): HttpFault | undefined {
    this.#done = this.#closing;
    return this.resume();
  }

  protected override get unexpected(): FaultCode | undefined {
    return this.#done ? 'DATA_AFTER_CLOSE' : undefined;
  }

  protected override get headUntouched(): boolean {
    return this.#step <= BLANK_LF;
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
          // RFC 9112 §2.2: empty lines before a request-line are ignored.
          if (byte === 0x0d) {
            this.#step = BLANK_LF;
            i++;
            break;
          }
          if (byte === 0x0a) return fields.refuse('BAD_LINE_END', i - base, byte);
          this.#methodStart = i - base;
          this.#step = METHOD;
          break;
        case BLANK_LF:
          if (byte !== 0x0a) return fields.refuse('BAD_LINE_END', i - base - 1, 0x0d);
          this.#step = BLANK;
          i++;
          break;
        case METHOD:
          while (i < end && IS_TOKEN[bytes[i]!] === 1) i++;
          if (i === end) break;
          if (bytes[i] !== 0x20 || i - base === this.#methodStart)
            return fields.refuse('BAD_METHOD', i - base, bytes[i]!);
          this.#methodEnd = i - base;
          this.#step = TARGET;
          i++;
          break;
        case TARGET:
          while (i < end && IS_TARGET[bytes[i]!] === 1) i++;
          if (i === end) break;
          if ((bytes[i] !== 0x20 && !(this.#otherProtocols && bytes[i] === 0x0d)) || i - base === this.#methodEnd + 1)
            return fields.refuse('BAD_TARGET', i - base, bytes[i]!);
          this.#targetEnd = i - base;
          this.#step = bytes[i] === 0x20 ? VERSION : LINE_LF;
          this.#version = 9;
          i++;
          break;
        case VERSION:
          while (i < end && IS_TARGET[bytes[i]!] === 1) i++;
          if (i === end) break;
          if (bytes[i] !== 0x0d)
            return fields.refuse(bytes[i] === 0x0a ? 'BAD_LINE_END' : 'BAD_VERSION', i - base, bytes[i]!);
          if (!this.#readVersion(bytes, base, i)) return fields.refuse(fields.refusal, this.#targetEnd + 1, -1);
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

  #readVersion(bytes: Buffer, base: number, end: number): boolean {
    const start = base + this.#targetEnd + 1;
    const version = protocolVersion(bytes, start, end);
    if ((version === 10 || version === 11) && !this.#otherProtocols) {
      this.#version = version;
      return true;
    }
    if (this.#otherProtocols) return this.#readAnyVersion(bytes, base, end, version);
    this.fields.refusal = version === 0 ? 'BAD_VERSION' : 'UNSUPPORTED_VERSION';
    return false;
  }

  #readAnyVersion(bytes: Buffer, base: number, end: number, version: number): boolean {
    const method = bytes.toString('latin1', base + this.#methodStart, base + this.#methodEnd);
    const http = version === 10 || version === 11;
    const any = http
      ? version
      : otherProtocolVersion(bytes.toString('latin1', base + this.#targetEnd + 1, end), method);
    this.fields.refusal = http ? 'BAD_METHOD' : version === 0 ? 'BAD_VERSION' : 'UNSUPPORTED_VERSION';
    if (any === undefined || (http && isForeignMethod(method))) return false;
    this.#version = any;
    return true;
  }

  /** @hot */
  protected override deliverHead(text: string): HttpFault | undefined {
    const method = text.substring(this.#methodStart, this.#methodEnd);
    const target = text.substring(this.#methodEnd + 1, this.#targetEnd);
    const anyUri = this.#anyUri;
    const form = targetForm(method, target, anyUri);
    if (form === NOT_A_TARGET) return httpFault('BAD_TARGET', this.#methodEnd + 1);
    if (!anyUri && target.includes('#'))
      return httpFault('BAD_TARGET', this.#methodEnd + 1 + target.indexOf('#'), 0x23);
    const meaning = this.#meaning;
    const headers = meaning.read(this.fields, text, this.#version, this.options, HOST);
    if (headers === undefined) return meaning.fault;
    const hostFault = this.#checkHost();
    if (hostFault !== undefined) return hostFault;
    const framing = this.#framing(method);
    if (typeof framing !== 'number') return framing;
    const head = this.#headOf(method, target, form, headers, framing);
    if (head === undefined) return httpFault('BAD_TARGET', this.#methodEnd + 1);
    this.#closing = !head.keepAlive;
    this.expectBody(framing);
    this.#sink.onRequest(head);
    return undefined;
  }

  #checkHost(): HttpFault | undefined {
    const { host } = this.#meaning;
    if (host !== undefined && host.length > 0) {
      return isAuthority(host) ? undefined : httpFault('BAD_HOST', this.#meaning.hostOffset);
    }
    // Empty counts as missing: an http URI with an empty host is invalid (RFC 9110 §4.2.1).
    const { tolerate } = this.options;
    if (this.#version !== 11 || tolerate?.missingHost === true) return undefined;
    return httpFault('MISSING_HOST', this.fields.position);
  }

  #framing(method: string): Framing | HttpFault {
    const meaning = this.#meaning;
    // What follows the head of a CONNECT is the tunnel, whatever its fields say (RFC 9110 §9.3.6).
    if (method === 'CONNECT') return NO_BODY;
    if (meaning.codings === undefined) return meaning.contentLength < 0 ? NO_BODY : meaning.contentLength;
    return meaning.codings.chunkedLast ? CHUNKED : httpFault('BAD_TRANSFER_ENCODING', meaning.codingsOffset);
  }

  #headOf(
    method: string,
    target: string,
    form: number,
    headers: HeaderBlock,
    framing: Framing,
  ): RequestHead | undefined {
    const meaning = this.#meaning;
    let path = target;
    let authority = meaning.host ?? '';
    let scheme = this.#scheme;
    if (form === ABSOLUTE_FORM) {
      const parts = splitAbsoluteTarget(target, this.#anyUri);
      if (parts === undefined) return undefined;
      ({ path, authority, scheme } = parts);
      if (method === 'OPTIONS' && !target.includes('/', scheme.length + 3) && !target.includes('?')) path = '*';
    } else if (form === AUTHORITY_FORM) {
      path = '';
      authority = target;
    } else if (form === ASTERISK_FORM) path = '*';
    const { connection } = meaning;
    const http11 = this.#version === 11;
    return {
      method,
      path,
      authority,
      scheme,
      headers,
      rawNames: meaning.rawNames,
      version: this.#version,
      target,
      framing,
      keepAlive: form !== AUTHORITY_FORM && (connection & CLOSE) === 0 && (http11 || (connection & KEEP_ALIVE) !== 0),
      expectContinue: meaning.expectContinue && http11,
      upgrade: (connection & UPGRADES) !== 0 && http11 ? meaning.upgrade : undefined,
      transferCodings: meaning.otherCodings,
    };
  }

  protected override emitBody(chunk: Buffer): void {
    this.#sink.onRequestBody(chunk);
  }

  protected override emitEnd(trailers: HeaderBlock | undefined): void {
    this.#sink.onRequestEnd(trailers);
  }
}
