/** Checks by TCP: that the endpoint accepts connections, or that it answers with certain bytes (HealthCheck.TcpHealthCheck). */
import type { HealthChecker } from '@weft/engine';
import type { Wire, WireOwner } from '../net/wire.ts';
import { healthCheckSocket } from './check-target.ts';
import type { CheckedEndpoint, EndpointCheck } from './endpoint-check.ts';
import type { CheckResult } from './health-state.ts';
import { containsParts } from './payload-match.ts';

const MAX_RECEIVED_BYTES = 64 * 1024;

export class TcpCheck implements EndpointCheck {
  readonly #check: Extract<HealthChecker, { kind: 'tcp' }>;
  readonly #checked: CheckedEndpoint;
  #wire: Wire | undefined = undefined;
  /** Hears of the connection in use; those given up have nobody to tell. */
  #owner: WireOwner | undefined = undefined;
  #tls: CheckedEndpoint['cluster']['tls'] = undefined;
  #received: Buffer = Buffer.alloc(0);
  #running = false;

  constructor(check: Extract<HealthChecker, { kind: 'tcp' }>, checked: CheckedEndpoint) {
    this.#check = check;
    this.#checked = checked;
  }

  run(): void {
    this.#running = true;
    this.#received = Buffer.alloc(0);
    if (this.#wire !== undefined && this.#tls === this.#checked.cluster.tls) this.#send();
    else this.#dial();
  }

  #dial(): void {
    this.#hangUp();
    const { cluster, target, config } = this.#checked;
    const current = (): boolean => this.#owner === owner;
    const lost = (): void => {
      if (current()) this.#finish('failed', false);
    };
    const owner: WireOwner = {
      onBytes: (chunk) => {
        if (current()) this.#take(chunk);
      },
      onEof: lost,
      onClosed: lost,
      onWritable: () => undefined,
    };
    this.#owner = owner;
    this.#tls = cluster.tls;
    this.#wire = cluster.dial(target, healthCheckSocket(config, false), owner, () => {
      if (current()) this.#send();
    });
  }

  #send(): void {
    const { send, receive } = this.#check;
    // Envoy closes such a connection whatever `reuse_connection` says: making it is the check.
    if (receive.length === 0) this.#finish('passed', false);
    else if (send !== undefined) this.#wire?.sendBytes(Buffer.from(send));
  }

  #take(chunk: Buffer): void {
    if (!this.#running) return;
    this.#received = Buffer.concat([this.#received, chunk]);
    if (containsParts(this.#received, this.#check.receive)) {
      this.#finish('passed', this.#checked.config.reuseConnection);
    } else if (this.#received.length > MAX_RECEIVED_BYTES) this.#finish('failed', false);
  }

  #finish(result: CheckResult, keep: boolean): void {
    this.#running = false;
    if (!keep) this.#hangUp();
    this.#checked.onResult(result);
  }

  stop(): void {
    this.#running = false;
    this.#hangUp();
  }

  #hangUp(): void {
    const wire = this.#wire;
    this.#wire = undefined;
    this.#owner = undefined;
    wire?.destroy();
  }
}
