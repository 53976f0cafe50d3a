/** Sets of counters that share their labels. */
import type { Labels } from '../registry.ts';
import { Counter, Histogram } from '../stat.ts';
import type { Outcome } from './metric-labels.ts';

/** The metrics of requests with one outcome between two workloads. */
export class RequestSeries {
  readonly outcome: Outcome;
  readonly labels: Labels;
  readonly requests: Counter = new Counter();
  readonly duration: Histogram = new Histogram();
  readonly requestBytes: Histogram = new Histogram();
  readonly responseBytes: Histogram = new Histogram();

  constructor(outcome: Outcome, labels: Labels) {
    this.outcome = outcome;
    this.labels = labels;
  }
}

/** The counters of TCP connections between two workloads; a connection holds the one it belongs to and adds as bytes pass. */
export class TcpSeries {
  readonly outcome: Outcome;
  readonly labels: Labels;
  readonly opened: Counter = new Counter();
  readonly closed: Counter = new Counter();
  /** Bytes that the destination sent in response. */
  readonly sent: Counter = new Counter();
  /** Bytes that the destination received. */
  readonly received: Counter = new Counter();

  constructor(outcome: Outcome, labels: Labels) {
    this.outcome = outcome;
    this.labels = labels;
  }
}

/** The messages of gRPC calls between two workloads. They are counted while a call lasts, so no outcome is among the labels. */
export class MessageSeries {
  readonly outcome: Outcome;
  readonly labels: Labels;
  readonly request: Counter = new Counter();
  readonly response: Counter = new Counter();

  constructor(outcome: Outcome, labels: Labels) {
    this.outcome = outcome;
    this.labels = labels;
  }
}
