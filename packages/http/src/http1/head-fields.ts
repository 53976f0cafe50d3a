import type { HttpVersion } from '../head.ts';
import type { HeaderBlock } from '../header-block.ts';
import { type FaultCode, type HttpFault, httpFault } from './faults.ts';
import { connectionOptions, parseContentLength, parseTransferCodings, type TransferCodings } from './field-meaning.ts';
import type { FieldScanner } from './field-scanner.ts';
import {
  CONNECTION,
  CONTENT_LENGTH,
  EXPECT,
  HOST,
  internedName,
  LOOKALIKE,
  meaningOfSlot,
  PLAIN,
  TRANSFER_ENCODING,
  UPGRADE,
} from './known-names.ts';
import type { Http1Options } from './limits.ts';

/** What the fields of one head say to the codec; reused from head to head. */
export class HeadFields {
  host: string | undefined = undefined;
  hostOffset = 0;
  /** -1 when there is none. */
  contentLength = -1;
  codings: TransferCodings | undefined = undefined;
  codingsOffset = 0;
  otherCodings: string | undefined = undefined;
  /** Bits of `connectionOptions`. */
  connection = 0;
  upgrade: string | undefined = undefined;
  expectContinue = false;
  rawNames: string[] | undefined = undefined;
  fault: HttpFault | undefined = undefined;
  #transferEncoding: string | undefined = undefined;

  /**
   * @hot Makes the header block of a scanned head, leaving out the field that means `omitted` (HOST of requests: it becomes the
   * authority). Undefined with `fault` set if the fields that frame or route the message are refused.
   */
  read(
    fields: FieldScanner,
    text: string,
    version: HttpVersion,
    options: Http1Options,
    omitted: number,
  ): HeaderBlock | undefined {
    this.#clear(options.keepRawNames === true);
    const { rawNames } = this;
    const headers: string[] = [];
    for (let index = 0; index < fields.count; index++) {
      const slot = fields.slot(index);
      const name = slot < 0 ? fields.rawName(text, index).toLowerCase() : internedName(slot);
      const value = fields.value(text, index);
      const meaning = meaningOfSlot(slot);
      if (meaning !== PLAIN && !this.#note(meaning, value, fields.nameOffset(index), omitted === HOST))
        return undefined;
      if (meaning === omitted) continue;
      headers.push(name, value);
      if (rawNames !== undefined) rawNames.push(fields.rawName(text, index));
    }
    return this.#transferEncoding === undefined || this.#noteCodings(version, options) ? headers : undefined;
  }

  #clear(keepRawNames: boolean): void {
    this.host = undefined;
    this.contentLength = -1;
    this.codings = undefined;
    this.otherCodings = undefined;
    this.connection = 0;
    this.upgrade = undefined;
    this.expectContinue = false;
    this.rawNames = keepRawNames ? [] : undefined;
    this.#transferEncoding = undefined;
  }

  #note(meaning: number, value: string, offset: number, isRequest: boolean): boolean {
    switch (meaning) {
      case HOST:
        if (this.host !== undefined && isRequest) return this.#refuse('REPEATED_HOST', offset);
        this.host = value;
        this.hostOffset = offset;
        return true;
      case CONTENT_LENGTH: {
        // Even equal ones are refused: RFC 9112 §6.3 leaves the choice, and a next hop may choose differently.
        const length = this.contentLength < 0 ? parseContentLength(value) : -1;
        if (length < 0) return this.#refuse('BAD_CONTENT_LENGTH', offset);
        this.contentLength = length;
        return true;
      }
      case TRANSFER_ENCODING:
        this.#transferEncoding = this.#transferEncoding === undefined ? value : `${this.#transferEncoding},${value}`;
        this.codingsOffset = offset;
        return true;
      case CONNECTION:
        this.connection |= connectionOptions(value);
        return true;
      case UPGRADE:
        this.upgrade = this.upgrade === undefined ? value.toLowerCase() : `${this.upgrade}, ${value.toLowerCase()}`;
        return true;
      case EXPECT:
        this.expectContinue = value.toLowerCase() === '100-continue';
        return true;
      case LOOKALIKE:
        return this.#refuse('BAD_HEADER_NAME', offset);
      default:
        return true;
    }
  }

  #noteCodings(version: HttpVersion, options: Http1Options): boolean {
    // Both framings at once is how smuggling starts. RFC 9112 §6.3 lets us prefer chunked; the next hop may prefer length.
    if (this.contentLength >= 0) return this.#refuse('AMBIGUOUS_FRAMING', this.codingsOffset);
    const codings = parseTransferCodings(this.#transferEncoding!);
    // RFC 9112 §6.1: an HTTP/1.0 peer does not know chunked, so whoever relayed this framed it some other way.
    if (codings === undefined || version < 11) return this.#refuse('BAD_TRANSFER_ENCODING', this.codingsOffset);
    if (codings.others.length > 0 && options.otherTransferCodings !== true)
      return this.#refuse('UNSUPPORTED_CODING', this.codingsOffset);
    this.codings = codings;
    this.otherCodings = codings.others.length > 0 ? codings.others.join(', ') : undefined;
    return true;
  }

  #refuse(code: FaultCode, offset: number): false {
    this.fault = httpFault(code, offset);
    return false;
  }
}
