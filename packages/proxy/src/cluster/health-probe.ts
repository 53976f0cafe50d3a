/** One active check on a connection of its own: TCP connects and compares bytes, HTTP asks and looks at the status. */
import type { HealthCheckConfig } from '@weft/engine';
import { type ResponseHead, ResponseParser, type ResponseSink, serialiseRequestHead } from '@weft/http';
import type { Wire, WireOwner } from '../net/wire.ts';
import type { CheckResult } from './health-state.ts';

const MAX_RECEIVED_BYTES = 64 * 1024;

export class HealthProbe implements WireOwner, ResponseSink {
  readonly #config: HealthCheckConfig;
  readonly #host: string;
  readonly #onResult: (result: CheckResult) => void;
  readonly #parser = new ResponseParser(this);
  #wire: Wire | undefined = undefined;
  #received: Buffer = Buffer.alloc(0);
  #over = false;

  /** `host`: what an HTTP check asks for when its configuration names none. */
  constructor(config: HealthCheckConfig, host: string, onResult: (result: CheckResult) => void) {
    this.#config = config;
    this.#host = host;
    this.#onResult = onResult;
  }

  attach(wire: Wire): void {
    this.#wire = wire;
  }

  onConnected(): void {
    const { check } = this.#config;
    const wire = this.#wire;
    if (wire === undefined || this.#over) return;
    if (check.kind === 'tcp') {
      if (check.send !== undefined) wire.sendBytes(Buffer.from(check.send));
      if (check.receive.length === 0) this.finish('passed');
    } else if (check.kind === 'http') {
      this.#parser.begin(check.method);
      const head = {
        method: check.method,
        path: check.path,
        authority: check.host === '' ? this.#host : check.host,
        headers: ['user-agent', 'Envoy/HC'],
        rawNames: undefined,
        transferCodings: undefined,
      };
      wire.sendText(serialiseRequestHead(head, 0, 'close'));
    }
  }

  /** Ends the check; also called when its time is up. */
  finish(result: CheckResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#wire?.destroy();
    this.#onResult(result);
  }

  onBytes(chunk: Buffer): void {
    const { check } = this.#config;
    if (this.#over) return;
    if (check.kind === 'http') {
      if (this.#parser.push(chunk) !== undefined) this.finish('failed');
      return;
    }
    this.#received = Buffer.concat([this.#received, chunk]);
    if (check.kind === 'tcp' && contains(this.#received, check.receive)) this.finish('passed');
    else if (this.#received.length > MAX_RECEIVED_BYTES) this.finish('failed');
  }

  onInformational(): void {
    // The final answer counts.
  }

  onResponse(head: ResponseHead): void {
    const { check } = this.#config;
    if (check.kind !== 'http') return;
    const within = (ranges: readonly (readonly [number, number])[]): boolean =>
      ranges.some(([start, end]) => head.status >= start && head.status < end);
    this.finish(within(check.expected) ? 'passed' : within(check.retriable) ? 'failed' : 'refused');
  }

  onResponseBody(): void {
    // The status was enough.
  }

  onResponseEnd(): void {
    // The status was enough.
  }

  onEof(): void {
    this.finish('failed');
  }

  onWritable(): void {
    // What a check sends is short.
  }

  onClosed(): void {
    this.finish('failed');
  }
}

/** Whether the parts occur one after another, with anything between them (HealthCheck.TcpHealthCheck.receive). */
function contains(bytes: Buffer, parts: readonly Uint8Array[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = bytes.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}
