/** Counts of gRPC messages while a call lasts, as Istio reports them: every few seconds and at the end. */
import type { MeshReport } from '../../../hcm/mesh-report.ts';
import type { Exchange } from '../../../stream/exchange.ts';
import { Deadline, type TimerWheel } from '../../../time/wheel.ts';

/** Istio's default of `tcp_reporting_duration`. */
const REPORT_EVERY_MS = 5_000;

/** One call's messages that were reported already. */
export class MessageReport {
  readonly #exchange: Exchange;
  readonly #mesh: MeshReport;
  readonly #wheel: TimerWheel;
  readonly #next: Deadline = new Deadline(() => this.#again());
  #request = 0;
  #response = 0;

  constructor(exchange: Exchange, mesh: MeshReport, wheel: TimerWheel) {
    this.#exchange = exchange;
    this.#mesh = mesh;
    this.#wheel = wheel;
    wheel.arm(this.#next, REPORT_EVERY_MS);
  }

  #again(): void {
    // Who the other end is may not be known yet; what it sent is reported under its name then.
    if (this.#exchange.record.peer !== undefined) this.#report();
    this.#wheel.arm(this.#next, REPORT_EVERY_MS);
  }

  end(): void {
    this.#next.disarm();
    this.#report();
  }

  #report(): void {
    const { record } = this.#exchange;
    const { requestMessages, responseMessages } = record;
    if (requestMessages === this.#request && responseMessages === this.#response) return;
    const { metrics, reporter } = this.#mesh;
    metrics.messages(reporter, record, requestMessages - this.#request, responseMessages - this.#response);
    this.#request = requestMessages;
    this.#response = responseMessages;
  }
}
