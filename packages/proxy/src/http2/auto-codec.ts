/** `codec_type: AUTO` without ALPN: the first bytes of a connection say whether its client speaks HTTP/2 by prior knowledge or HTTP/1. */
import { CLIENT_PREFACE, headerValue, NO_BODY, serialiseResponseHead, stripHopByHop } from '@weft/http';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import { DownstreamHttp1, type H2cSwitch } from '../http1/downstream-http1.ts';
import type { Wire } from '../net/wire.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import type { ServedConnection } from '../stream/network-filter.ts';
import { Deadline } from '../time/wheel.ts';
import { DownstreamHttp2 } from './downstream-http2.ts';

export class AutoCodec implements ServedConnection {
  readonly #manager: ConnectionManager;
  readonly #wire: Wire;
  readonly #info: ConnectionInfo;
  readonly #onGone: () => void;
  readonly #watch: Deadline;
  #seen: Buffer | undefined = undefined;
  #chosen: ServedConnection | undefined = undefined;

  constructor(manager: ConnectionManager, wire: Wire, connection: ConnectionInfo, onGone: () => void) {
    this.#manager = manager;
    this.#wire = wire;
    this.#info = connection;
    this.#onGone = onGone;
    this.#watch = new Deadline(() => wire.destroy());
    const { idleTimeoutMs } = manager.options;
    if (idleTimeoutMs > 0) manager.loop.wheel.arm(this.#watch, idleTimeoutMs);
  }

  onBytes(chunk: Buffer): void {
    const bytes = this.#seen === undefined ? chunk : Buffer.concat([this.#seen, chunk]);
    const length = Math.min(bytes.length, CLIENT_PREFACE.length);
    const matches = bytes.compare(CLIENT_PREFACE, 0, length, 0, length) === 0;
    if (matches && length < CLIENT_PREFACE.length) {
      if (this.#seen === undefined) this.#armHead();
      this.#seen = Buffer.from(bytes);
      return;
    }
    this.#watch.disarm();
    const chosen = matches
      ? new DownstreamHttp2(this.#manager, this.#wire, this.#info, this.#onGone)
      : new DownstreamHttp1(this.#manager, this.#wire, this.#info, this.#onGone, this.#h2c);
    this.#take(chosen).onBytes(bytes);
  }

  #take(chosen: ServedConnection): ServedConnection {
    this.#chosen = chosen;
    this.#wire.give(chosen);
    return chosen;
  }

  /** An HTTP/1.1 client asks for HTTP/2 in its place (RFC 7540 §3.2): its request becomes stream 1. */
  readonly #h2c: H2cSwitch = (head, rest) => {
    const settings = headerValue(head.headers, 'http2-settings');
    if (settings === undefined) return false;
    const bytes = rest();
    this.#wire.sendText(serialiseResponseHead(101, '', ['upgrade', 'h2c'], NO_BODY, 'upgrade'));
    stripHopByHop(head.headers, false);
    head.upgrade = undefined;
    const http2 = new DownstreamHttp2(this.#manager, this.#wire, this.#info, this.#onGone);
    this.#take(http2);
    http2.adoptUpgraded(head, settings);
    if (bytes.length > 0) http2.onBytes(bytes);
    return true;
  };

  /** A preface that drips in counts like a head that does. */
  #armHead(): void {
    const { requestHeadersTimeoutMs } = this.#manager.options;
    if (requestHeadersTimeoutMs > 0) this.#manager.loop.wheel.arm(this.#watch, requestHeadersTimeoutMs);
  }

  onEof(): void {
    this.#wire.destroy();
  }

  onWritable(): void {
    // Nothing was written yet.
  }

  onClosed(): void {
    this.#watch.disarm();
    this.#onGone();
  }

  drain(): void {
    if (this.#chosen === undefined) this.#wire.destroy();
    else this.#chosen.drain();
  }

  destroy(): void {
    this.#wire.destroy();
  }
}
