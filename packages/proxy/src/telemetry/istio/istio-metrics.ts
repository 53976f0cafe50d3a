/**
 * Istio's standard metrics (istio.io/docs/reference/config/metrics): one set of series for each caller, callee, service and outcome.
 * in: AccessRecords   out: `istio_*` families in /stats/prometheus
 */

import { grpcStatusOf } from '../access-log/grpc-status.ts';
import { headerOf } from '../access-log/header-of.ts';
import type { AccessRecord } from '../access-record.ts';
import { requestHeadBytes, responseHeadBytes } from '../head-bytes.ts';
import type { Labels, SeriesSource, Stat } from '../registry.ts';
import {
  metricLabels,
  type Outcome,
  OVERFLOW,
  overflowLabels,
  type Reporter,
  withoutOutcome,
} from './metric-labels.ts';
import { MessageSeries, RequestSeries, TcpSeries } from './series.ts';
import type { ServiceLabels } from './service-labels.ts';
import { UNKNOWN, UNKNOWN_WORKLOAD, type WorkloadLabels } from './workload-labels.ts';

/** Sets of series kept; traffic beyond lands in one set whose labels say `overflow`. Each costs about 1 KiB. */
const MAX_SERIES = 5_000;

interface Pair {
  readonly requests: RequestSeries[];
  readonly tcp: TcpSeries[];
  readonly messages: MessageSeries[];
}

/** The metrics of one proxy. A sidecar reports as the source of what leaves it and as the destination of what comes in. */
export class IstioMetrics implements SeriesSource {
  readonly #local: WorkloadLabels;
  readonly #byPeer: Readonly<Record<Reporter, Map<WorkloadLabels, Map<ServiceLabels | undefined, Pair>>>> = {
    source: new Map(),
    destination: new Map(),
    waypoint: new Map(),
  };
  readonly #requests: RequestSeries[] = [];
  readonly #tcp: TcpSeries[] = [];
  readonly #messages: MessageSeries[] = [];
  #overflow: RequestSeries | undefined;
  #tcpOverflow: TcpSeries | undefined;
  #messageOverflow: MessageSeries | undefined;

  /** @param local the workload that this proxy stands in front of */
  constructor(local: WorkloadLabels) {
    this.#local = local;
  }

  /** @hot Counts one finished HTTP or gRPC request. */
  request(reporter: Reporter, record: AccessRecord): void {
    const series = this.#requestSeries(reporter, record);
    series.requests.inc();
    series.duration.record(record.endMs - record.startMs);
    series.requestBytes.record(record.bytesReceived + requestHeadBytes(record));
    series.responseBytes.record(record.bytesSent + responseHeadBytes(record));
  }

  /** Counts messages of a gRPC call that may still be going on. */
  messages(reporter: Reporter, record: AccessRecord, request: number, response: number): void {
    const series = this.#messageSeries(reporter, record);
    series.request.add(request);
    series.response.add(response);
  }

  #messageSeries(reporter: Reporter, record: AccessRecord): MessageSeries {
    const pair = this.#pair(reporter, record.peer ?? UNKNOWN_WORKLOAD, record.service);
    const known = pair.messages.find((series) => samePrincipals(reporter, series.outcome, record));
    if (known !== undefined) return known;
    if (this.#full()) {
      this.#messageOverflow ??= append(
        this.#messages,
        new MessageSeries(OVERFLOW, withoutOutcome(overflowLabels(reporter, OVERFLOW))),
      );
      return this.#messageOverflow;
    }
    const outcome = outcomeOf(reporter, record, 'grpc', '');
    const series = new MessageSeries(outcome, withoutOutcome(this.#labels(reporter, record, outcome)));
    pair.messages.push(series);
    return append(this.#messages, series);
  }

  /** The counters of a TCP connection, for when it opens; the caller adds to them. */
  connection(reporter: Reporter, record: AccessRecord): TcpSeries {
    const pair = this.#pair(reporter, record.peer ?? UNKNOWN_WORKLOAD, record.service);
    const outcome = outcomeOf(reporter, record, 'tcp', '');
    const known = pair.tcp.find((series) => sameOutcome(series.outcome, outcome));
    if (known !== undefined) return known;
    if (this.#full()) {
      this.#tcpOverflow ??= append(this.#tcp, new TcpSeries(OVERFLOW, overflowLabels(reporter, OVERFLOW)));
      return this.#tcpOverflow;
    }
    const series = new TcpSeries(outcome, this.#labels(reporter, record, outcome));
    pair.tcp.push(series);
    return append(this.#tcp, series);
  }

  *stats(): Generator<Stat> {
    for (const s of this.#requests) {
      yield { name: '', family: 'istio_requests_total', labels: s.labels, handle: s.requests };
      yield { name: '', family: 'istio_request_duration_milliseconds', labels: s.labels, handle: s.duration };
      yield { name: '', family: 'istio_request_bytes', labels: s.labels, handle: s.requestBytes };
      yield { name: '', family: 'istio_response_bytes', labels: s.labels, handle: s.responseBytes };
    }
    for (const s of this.#messages) {
      yield { name: '', family: 'istio_request_messages_total', labels: s.labels, handle: s.request };
      yield { name: '', family: 'istio_response_messages_total', labels: s.labels, handle: s.response };
    }
    for (const s of this.#tcp) {
      yield { name: '', family: 'istio_tcp_connections_opened_total', labels: s.labels, handle: s.opened };
      yield { name: '', family: 'istio_tcp_connections_closed_total', labels: s.labels, handle: s.closed };
      yield { name: '', family: 'istio_tcp_sent_bytes_total', labels: s.labels, handle: s.sent };
      yield { name: '', family: 'istio_tcp_received_bytes_total', labels: s.labels, handle: s.received };
    }
  }

  #full(): boolean {
    return this.#requests.length + this.#tcp.length + this.#messages.length >= MAX_SERIES;
  }

  /** @hot A pair has a handful of outcomes, so a scan over the numbers beats building a key. */
  #requestSeries(reporter: Reporter, record: AccessRecord): RequestSeries {
    const pair = this.#pair(reporter, record.peer ?? UNKNOWN_WORKLOAD, record.service);
    const grpc = isGrpc(record);
    const grpcStatus = grpc ? knownGrpcStatus(record) : '';
    const list = pair.requests;
    for (let i = 0; i < list.length; i++) {
      const series = list[i]!;
      const o = series.outcome;
      if (
        o.responseCode === record.responseCode &&
        o.grpcStatus === grpcStatus &&
        o.responseFlags === record.responseFlags &&
        (o.protocol === 'grpc') === grpc &&
        samePrincipals(reporter, o, record)
      ) {
        return series;
      }
    }
    return this.#addRequestSeries(
      reporter,
      record,
      pair,
      outcomeOf(reporter, record, grpc ? 'grpc' : 'http', grpcStatus),
    );
  }

  #addRequestSeries(reporter: Reporter, record: AccessRecord, pair: Pair, outcome: Outcome): RequestSeries {
    if (this.#full()) {
      this.#overflow ??= append(this.#requests, new RequestSeries(OVERFLOW, overflowLabels(reporter, OVERFLOW)));
      return this.#overflow;
    }
    const series = new RequestSeries(outcome, this.#labels(reporter, record, outcome));
    pair.requests.push(series);
    return append(this.#requests, series);
  }

  #pair(reporter: Reporter, peer: WorkloadLabels, service: ServiceLabels | undefined): Pair {
    const byPeer = this.#byPeer[reporter];
    let byService = byPeer.get(peer);
    if (byService === undefined) {
      byService = new Map();
      byPeer.set(peer, byService);
    }
    let pair = byService.get(service);
    if (pair === undefined) {
      pair = { requests: [], tcp: [], messages: [] };
      byService.set(service, pair);
    }
    return pair;
  }

  #labels(reporter: Reporter, record: AccessRecord, outcome: Outcome): Labels {
    const peer = record.peer ?? UNKNOWN_WORKLOAD;
    const [source, destination] = reporter === 'source' ? [this.#local, peer] : [peer, this.#local];
    return metricLabels(reporter, source, destination, record.service, outcome);
  }
}

function append<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}

/** @hot */
function isGrpc(record: AccessRecord): boolean {
  return headerOf(record.requestHeaders, 'content-type')?.startsWith('application/grpc') === true;
}

/** A status that is no gRPC code is a peer's invention and must not become a label. */
function knownGrpcStatus(record: AccessRecord): string {
  const status = grpcStatusOf(record);
  return status !== undefined && /^(?:[0-9]|1[0-6])$/.test(status) ? status : '';
}

/** @hot On the client side the callee's identity is the upstream's certificate; on the server side the caller's is the downstream's. */
function samePrincipals(reporter: Reporter, o: Outcome, record: AccessRecord): boolean {
  return reporter === 'source'
    ? o.destinationPrincipal === record.upstreamPeerUriSan ||
        (o.destinationPrincipal === UNKNOWN && record.upstreamPeerUriSan === '')
    : o.sourcePrincipal === record.downstreamPeerUriSan ||
        (o.sourcePrincipal === UNKNOWN && record.downstreamPeerUriSan === '');
}

function sameOutcome(a: Outcome, b: Outcome): boolean {
  return (
    a.responseFlags === b.responseFlags &&
    a.sourcePrincipal === b.sourcePrincipal &&
    a.destinationPrincipal === b.destinationPrincipal
  );
}

function outcomeOf(
  reporter: Reporter,
  record: AccessRecord,
  protocol: Outcome['protocol'],
  grpcStatus: string,
): Outcome {
  const server = reporter !== 'source';
  return {
    protocol,
    responseCode: record.responseCode,
    responseFlags: record.responseFlags,
    grpcStatus,
    sourcePrincipal: (server ? record.downstreamPeerUriSan : record.upstreamLocalUriSan) || UNKNOWN,
    destinationPrincipal: (server ? record.downstreamLocalUriSan : record.upstreamPeerUriSan) || UNKNOWN,
    mutualTls: server && record.downstreamPeerUriSan !== '',
  };
}
