import { type Framing, NO_BODY, UNTIL_END_STREAM } from '../framing.ts';
import type { RequestHead, ResponseHead } from '../head.ts';
import type { HeaderBlock } from '../header-block.ts';
import { IS_TARGET } from '../http1/char-tables.ts';
import { parseContentLength } from '../http1/field-meaning.ts';
import { isFieldName } from '../http1/header-safety.ts';
import { isAuthority } from '../http1/request-target.ts';
import { fieldSize } from './hpack/decoder.ts';
import type { Http2Limits } from './limits.ts';

/** Collects the fields of one header block and judges them (RFC 9113 §8.2 and §8.3); reused from block to block. */
export class HeadReader {
  headers: HeaderBlock = [];
  /** Why the message is malformed, for people; undefined when it is not. */
  malformed: string | undefined = undefined;
  /** The list is over a limit; what goes beyond it was not kept. */
  tooLarge = false;
  /** -1 when there is none. */
  contentLength = -1;
  status = 0;
  #method: string | undefined = undefined;
  #scheme: string | undefined = undefined;
  #authority: string | undefined = undefined;
  #path: string | undefined = undefined;
  #protocol: string | undefined = undefined;
  #host: string | undefined = undefined;
  #cookieAt = -1;
  #expectContinue = false;
  #pseudos = 0;
  #regularSeen = false;
  #bytes = 0;
  readonly #limits: Http2Limits;
  readonly #isRequest: boolean;
  /** For HpackDecoder.decode; bound once. */
  readonly sink: (name: string, value: string, note: number) => void = (name, value, note) =>
    this.#field(name, value, note);

  constructor(limits: Http2Limits, isRequest: boolean) {
    this.#limits = limits;
    this.#isRequest = isRequest;
  }

  /** @hot */
  begin(): void {
    this.headers = [];
    this.malformed = undefined;
    this.tooLarge = false;
    this.contentLength = -1;
    this.status = 0;
    this.#method = undefined;
    this.#scheme = undefined;
    this.#authority = undefined;
    this.#path = undefined;
    this.#protocol = undefined;
    this.#host = undefined;
    this.#cookieAt = -1;
    this.#expectContinue = false;
    this.#pseudos = 0;
    this.#regularSeen = false;
    this.#bytes = 0;
  }

  #field(name: string, value: string, note: number): void {
    this.#bytes += fieldSize(name, value);
    if (this.#bytes > this.#limits.maxHeaderListBytes) this.tooLarge = true;
    // The rest of the block still has to be decoded for the table's sake, but nothing of it is kept.
    if (this.tooLarge || this.malformed !== undefined) return;
    if (note !== 0) {
      this.malformed = `header ${JSON.stringify(name)} has a byte that is not allowed in its ${note === 1 ? 'name' : 'value'} (RFC 9113 §8.2.1)`;
      return;
    }
    if (name.charCodeAt(0) === 0x3a) {
      this.#pseudo(name, value);
      return;
    }
    this.#regularSeen = true;
    if (this.headers.length >= this.#limits.maxHeaders * 2) this.tooLarge = true;
    else if (this.#keep(name, value)) this.headers.push(name, value);
  }

  #pseudo(name: string, value: string): void {
    this.#pseudos++;
    if (this.#regularSeen) this.malformed = `${name} after regular header fields (RFC 9113 §8.3)`;
    else if (!this.#isRequest) this.#responsePseudo(name, value);
    else if (!this.#requestPseudo(name, value))
      this.malformed = `${name} is repeated or not a request pseudo-header (RFC 9113 §8.3.1)`;
  }

  #responsePseudo(name: string, value: string): void {
    const status = name === ':status' && value.length === 3 ? parseContentLength(value) : -1;
    if (status < 100 || this.status !== 0)
      this.malformed = `${name}: ${JSON.stringify(value)} where one :status was expected (RFC 9113 §8.3.2)`;
    else this.status = status;
  }

  /** False for an unknown or repeated one. */
  #requestPseudo(name: string, value: string): boolean {
    switch (name) {
      case ':method':
        if (this.#method !== undefined) return false;
        this.#method = value;
        return true;
      case ':scheme':
        if (this.#scheme !== undefined) return false;
        this.#scheme = value;
        return true;
      case ':authority':
        if (this.#authority !== undefined) return false;
        this.#authority = value;
        return true;
      case ':path':
        if (this.#path !== undefined) return false;
        this.#path = value;
        return true;
      case ':protocol':
        if (this.#protocol !== undefined) return false;
        this.#protocol = value;
        return true;
      default:
        return false;
    }
  }

  /** @hot Whether the field goes into the list. By length first: most names differ there already. */
  #keep(name: string, value: string): boolean {
    switch (name.length) {
      case 2:
        if (name === 'te' && value !== 'trailers')
          this.malformed = `te: ${value} (RFC 9113 §8.2.2 allows trailers only)`;
        return true;
      case 4:
        return name !== 'host' || !this.#isRequest || this.#noteHost(value);
      case 6:
        if (name === 'cookie') return this.#noteCookie(value);
        if (name === 'expect') this.#expectContinue = value.toLowerCase() === '100-continue';
        return true;
      case 14:
        if (name === 'content-length') this.#noteLength(value);
        else if (name === 'content_length') this.malformed = LOOKALIKE;
        return true;
      case 7:
      case 10:
      case 16:
      case 17:
        if (CONNECTION_SPECIFIC.has(name)) this.malformed = `${name} is connection-specific (RFC 9113 §8.2.2)`;
        else if (name === 'transfer_encoding') this.malformed = LOOKALIKE;
        return true;
      default:
        return true;
    }
  }

  #noteHost(value: string): boolean {
    if (this.#host !== undefined) this.malformed = 'host is repeated (RFC 9110 §7.2)';
    this.#host = value;
    return false;
  }

  /** Cookies may come in crumbs to compress better; everybody else expects one field (RFC 9113 §8.2.3). */
  #noteCookie(value: string): boolean {
    if (this.#cookieAt < 0) {
      this.#cookieAt = this.headers.length;
      return true;
    }
    this.headers[this.#cookieAt + 1] = `${this.headers[this.#cookieAt + 1]}; ${value}`;
    return false;
  }

  #noteLength(value: string): void {
    const length = this.contentLength < 0 ? parseContentLength(value) : -1;
    if (length < 0)
      this.malformed = `content-length ${JSON.stringify(value)} is repeated or not a number (RFC 9110 §8.6)`;
    this.contentLength = length;
  }

  /** @hot The head of a request; undefined with `malformed` set. `extendedConnect`: we announced RFC 8441. */
  request(endStream: boolean, extendedConnect: boolean): RequestHead | undefined {
    if (this.malformed !== undefined || !this.#routable(extendedConnect)) return undefined;
    if (endStream && this.contentLength > 0) {
      this.malformed = `content-length ${this.contentLength} without a body (RFC 9113 §8.1.1)`;
      return undefined;
    }
    const path = this.#path ?? '';
    return {
      method: this.#method!,
      path,
      authority: this.#authority ?? this.#host ?? '',
      scheme: this.#scheme ?? '',
      headers: this.headers,
      rawNames: undefined,
      version: 20,
      target: path,
      framing: this.framing(endStream),
      keepAlive: true,
      expectContinue: this.#expectContinue,
      upgrade: this.#protocol,
      transferCodings: undefined,
    };
  }

  /** The pseudo-headers a request needs, and nothing that could be routed two ways (RFC 9113 §8.3.1, §8.5, RFC 8441 §4). */
  #routable(extendedConnect: boolean): boolean {
    const connect = this.#method === 'CONNECT';
    if (this.#protocol !== undefined && !(connect && extendedConnect))
      return this.#refuse(':protocol without an extended CONNECT that we offered');
    if (this.#method === undefined || !isFieldName(this.#method))
      return this.#refuse(':method is missing or not a token');
    const authority = this.#authority ?? this.#host;
    if (authority === undefined || !isAuthority(authority))
      return this.#refuse(':authority is missing or not a host with an optional port');
    if (this.#host !== undefined && this.#authority !== undefined && this.#host !== this.#authority)
      return this.#refuse('host differs from :authority');
    if (connect && this.#protocol === undefined) {
      return (this.#scheme === undefined && this.#path === undefined) || this.#refuse('CONNECT with :scheme or :path');
    }
    if (this.#scheme === undefined || this.#scheme === '') return this.#refuse(':scheme is missing');
    return (
      (this.#path !== undefined && isPath(this.#path, this.#method)) ||
      this.#refuse(':path is missing or not origin-form')
    );
  }

  #refuse(why: string): false {
    this.malformed = `${why} (RFC 9113 §8.3.1)`;
    return false;
  }

  /** @hot The head of a response; undefined with `malformed` set. */
  response(endStream: boolean, bodiless: boolean): ResponseHead | undefined {
    if (this.malformed === undefined && this.status === 0) this.malformed = ':status is missing (RFC 9113 §8.3.2)';
    if (this.malformed === undefined && this.status === 101)
      this.malformed = '101 does not exist in HTTP/2 (RFC 9113 §8.6)';
    if (this.malformed !== undefined) return undefined;
    return {
      status: this.status,
      reason: '',
      headers: this.headers,
      rawNames: undefined,
      version: 20,
      framing: bodiless ? NO_BODY : this.framing(endStream),
      keepAlive: true,
      upgrade: undefined,
      transferCodings: undefined,
    };
  }

  /**
   * Whether this block is a trailer section: no pseudo-headers, no limit exceeded, and nothing that frames or routes a message, which
   * both have been by now; the next hop may be one that reads HTTP/1 trailers into its headers.
   */
  trailers(): boolean {
    if (this.malformed === undefined && (this.contentLength >= 0 || this.#host !== undefined || this.#expectContinue))
      this.malformed = 'trailers that frame or route the message (RFC 9110 §6.5.1)';
    if (this.malformed === undefined && this.#pseudos > 0) this.malformed = 'pseudo-header in trailers (RFC 9113 §8.1)';
    if (this.malformed === undefined && this.tooLarge) this.malformed = 'trailers over the limit of a header list';
    return this.malformed === undefined;
  }

  framing(endStream: boolean): Framing {
    if (this.contentLength >= 0) return this.contentLength;
    return endStream ? NO_BODY : UNTIL_END_STREAM;
  }
}

/** As in HTTP/1: the next hop may be a peer that reads `_` as `-`, as CGI does. */
const LOOKALIKE = 'a header that some peers take for one that frames the message (RFC 9112 §6.3)';

const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** @hot Origin-form, or `*` for OPTIONS; visible ASCII without a fragment. */
function isPath(path: string, method: string): boolean {
  if (path.charCodeAt(0) !== 0x2f) return path === '*' && method === 'OPTIONS';
  for (let i = 1; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0x23 || IS_TARGET[code] !== 1) return false;
  }
  return true;
}
