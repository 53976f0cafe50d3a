import type { HeaderBlock } from '@weft/http';
import type { Exchange } from './exchange.ts';
import { CONTINUE } from './http-filter.ts';
import { type ReplyOptions, sendLocalReply } from './local-reply.ts';
import type { ReplyCode } from './replies.ts';
import { RequestHold } from './request-hold.ts';

/**
 * A request's way in: head, body and end as the codec brings them go through the filters to the upstream, are held back while a filter
 * says STOP, and follow in order once it lets them go. A reply that has to wait for the bytes at hand waits here.
 */
export class RequestIntake {
  readonly #exchange: Exchange;
  /** The filter that sees the head next. */
  #filterAt = 0;
  #filtersDone = false;
  #hold: RequestHold | undefined = undefined;
  #deferred: { readonly code: ReplyCode; readonly options: ReplyOptions } | undefined = undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** @hot Shows the head to the filters that have not seen it, up to the first that says STOP. */
  passHead(): void {
    const exchange = this.#exchange;
    const filters = exchange.manager.chain.requestHeaders;
    try {
      while (this.#filterAt < filters.length) {
        const verdict = filters[this.#filterAt]!(exchange, exchange.requestDone && this.#hold === undefined);
        if (exchange.ended || exchange.responseStarted || this.#deferred !== undefined) return;
        this.#filterAt++;
        if (verdict !== CONTINUE) {
          this.#hold ??= new RequestHold(exchange.manager.bufferLimitBytes, false);
          return;
        }
      }
    } catch (error) {
      exchange.fail(error);
      return;
    }
    this.#filtersDone = true;
    this.#release();
  }

  /** A filter that said STOP lets the request go on. */
  resume(): void {
    const exchange = this.#exchange;
    if (exchange.ended || this.#filtersDone) return;
    // What was held is yet to come as far as the filters after this one are concerned.
    if (this.#hold?.ended === true) exchange.requestDone = false;
    this.passHead();
  }

  /** A filter that said STOP wants the whole body first: it is kept up to `limitBytes` (beyond: 413) and the request goes on at its end. */
  buffer(limitBytes: number): void {
    this.#hold = new RequestHold(limitBytes, true);
  }

  /** @hot */
  onBody(chunk: Buffer): void {
    const exchange = this.#exchange;
    if (exchange.ended) return;
    exchange.record.bytesReceived += chunk.length;
    if (exchange.responseDone || this.#deferred !== undefined) return;
    if (this.#filtersDone) {
      this.#passBody(chunk);
      return;
    }
    const hold = this.#hold;
    if (hold === undefined) return;
    if (hold.add(exchange.own(chunk))) return;
    if (hold.whole) {
      const cause = `body exceeds ${hold.limitBytes} bytes that a filter buffers`;
      exchange.reply('REQUEST_TOO_LARGE', { cause });
    } else exchange.downstream.pause();
  }

  /** @hot */
  onEnd(trailers: HeaderBlock | undefined): void {
    const exchange = this.#exchange;
    if (exchange.ended || exchange.requestDone) return;
    exchange.requestDone = true;
    exchange.record.requestEndMs = exchange.manager.loop.now;
    if (exchange.responseDone) return;
    if (this.#deferred !== undefined) {
      this.flushReply();
      return;
    }
    if (this.#filtersDone) {
      this.#passEnd(trailers);
      return;
    }
    const hold = this.#hold;
    if (hold === undefined) return;
    hold.end(trailers);
    if (!hold.whole) return;
    // Now that the length is known the upstream is told, as Envoy's buffer filter does; trailers need chunks.
    const { request } = exchange;
    if (trailers === undefined && request.transferCodings === undefined && exchange.rewrite === undefined)
      request.framing = hold.bytes;
    this.resume();
  }

  #release(): void {
    const exchange = this.#exchange;
    const hold = this.#hold;
    if (hold === undefined) return;
    this.#hold = undefined;
    for (const chunk of hold.chunks) {
      if (!exchange.ended) this.#passBody(chunk);
    }
    if (exchange.ended) return;
    if (hold.ended) this.#passEnd(hold.trailers);
    else exchange.downstream.resume();
  }

  #passBody(chunk: Buffer): void {
    const exchange = this.#exchange;
    const filters = exchange.manager.chain.requestBody;
    let bytes = chunk;
    try {
      if (exchange.rewrite !== undefined) bytes = exchange.rewrite.requestBody(chunk);
      for (let i = 0; i < filters.length; i++) filters[i]!(exchange, bytes);
    } catch (error) {
      exchange.fail(error);
      return;
    }
    const link = exchange.link;
    if (exchange.ended || link === undefined) return;
    link.sendBody(bytes);
    if (link.full) exchange.downstream.pause();
  }

  #passEnd(trailers: HeaderBlock | undefined): void {
    const exchange = this.#exchange;
    exchange.requestDone = true;
    const filters = exchange.manager.chain.requestEnd;
    try {
      exchange.rewrite?.requestEnd();
      for (let i = 0; i < filters.length; i++) filters[i]!(exchange, trailers);
    } catch (error) {
      exchange.fail(error);
      return;
    }
    if (!exchange.ended) exchange.link?.sendEnd(trailers);
  }

  /**
   * Sends the reply, or keeps it for the end of the bytes that the codec is parsing: with the rest of the request in them the connection
   * can go on, which a premature answer would forbid.
   */
  reply(code: ReplyCode, options: ReplyOptions): void {
    const exchange = this.#exchange;
    if (!exchange.requestDone && exchange.downstream.parsing) this.#deferred = { code, options };
    else sendLocalReply(exchange, code, options);
  }

  /** A reply is decided and waits. */
  get replyWaits(): boolean {
    return this.#deferred !== undefined;
  }

  /** The bytes at hand are parsed: sends the reply that waited for that. */
  flushReply(): void {
    const deferred = this.#deferred;
    if (deferred === undefined || this.#exchange.ended) return;
    this.#deferred = undefined;
    sendLocalReply(this.#exchange, deferred.code, deferred.options);
  }
}
