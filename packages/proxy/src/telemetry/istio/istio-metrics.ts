/**
 * Istio's standard metrics (istio.io/docs/reference/config/metrics): one set of series for each caller, callee, service and outcome.
 * in: AccessRecords   out: `istio_*` families in /stats/prometheus
 */

import { grpcStatusOf } from '../access-log/grpc-status.ts';
import { headerOf } from '../access-log/header-of.ts';
import type { AccessRecord } from '../access-record.ts';
import type { Labels, SeriesSource, Stat } from '../registry.ts';
import { Counter, Histogram } from '../stat.ts';
import type { ServiceLabels } from './service-labels.ts';
import { UNKNOWN, UNKNOWN_WORKLOAD, type WorkloadLabels } from './workload-labels.ts';

/** Which side of a connection the numbers come from. */
export type Reporter = 'source' | 'destination' | 'waypoint';

/** Sets of series kept; traffic beyond lands in one set whose labels say `overflow`. Each costs about 1 KiB. */
const MAX_SERIES = 5_000;

/** What distinguishes one outcome from another between the same two workloads. */
interface Outcome {
  readonly protocol: 'http' | 'grpc' | 'tcp';
  /** 0 for TCP. */
  readonly responseCode: number;
  readonly responseFlags: string;
  readonly grpcStatus: string;
  readonly sourcePrincipal: string;
  readonly destinationPrincipal: string;
  readonly mutualTls: boolean;
}

class RequestSeries {
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

interface Pair {
  readonly requests: RequestSeries[];
  readonly tcp: TcpSeries[];
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
  #overflow: RequestSeries | undefined;
  #tcpOverflow: TcpSeries | undefined;

  /** @param local the workload that this proxy stands in front of */
  constructor(local: WorkloadLabels) {
    this.#local = local;
  }

  /** @hot Counts one finished HTTP or gRPC request. */
  request(reporter: Reporter, record: AccessRecord): void {
    const series = this.#requestSeries(reporter, record);
    series.requests.inc();
    series.duration.record(record.endMs - record.startMs);
    series.requestBytes.record(record.bytesReceived + record.headerBytesReceived);
    series.responseBytes.record(record.bytesSent + record.headerBytesSent);
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
    for (const s of this.#tcp) {
      yield { name: '', family: 'istio_tcp_connections_opened_total', labels: s.labels, handle: s.opened };
      yield { name: '', family: 'istio_tcp_connections_closed_total', labels: s.labels, handle: s.closed };
      yield { name: '', family: 'istio_tcp_sent_bytes_total', labels: s.labels, handle: s.sent };
      yield { name: '', family: 'istio_tcp_received_bytes_total', labels: s.labels, handle: s.received };
    }
  }

  #full(): boolean {
    return this.#requests.length + this.#tcp.length >= MAX_SERIES;
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
      pair = { requests: [], tcp: [] };
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
    sourcePrincipal: (server ? record.downstreamPeerUriSan : record.downstreamLocalUriSan) || UNKNOWN,
    destinationPrincipal: (server ? record.downstreamLocalUriSan : record.upstreamPeerUriSan) || UNKNOWN,
    mutualTls: server && record.downstreamPeerUriSan !== '',
  };
}

/** Every label in the order of Istio's documentation. */
function metricLabels(
  reporter: Reporter,
  source: WorkloadLabels,
  destination: WorkloadLabels,
  service: ServiceLabels | undefined,
  outcome: Outcome,
): Labels {
  const http: Labels =
    outcome.protocol === 'tcp'
      ? []
      : [
          ['response_code', String(outcome.responseCode)],
          ['grpc_response_status', outcome.grpcStatus],
        ];
  return [
    ['reporter', reporter],
    ['source_workload', source.workload],
    ['source_canonical_service', source.canonicalService],
    ['source_canonical_revision', source.canonicalRevision],
    ['source_workload_namespace', source.namespace],
    ['source_principal', outcome.sourcePrincipal],
    ['source_app', source.app],
    ['source_version', source.version],
    ['source_cluster', source.cluster],
    ['destination_workload', destination.workload],
    ['destination_workload_namespace', destination.namespace],
    ['destination_principal', outcome.destinationPrincipal],
    ['destination_app', destination.app],
    ['destination_version', destination.version],
    ['destination_service', service?.host || UNKNOWN],
    ['destination_canonical_service', destination.canonicalService],
    ['destination_canonical_revision', destination.canonicalRevision],
    ['destination_service_name', service?.name || UNKNOWN],
    ['destination_service_namespace', service?.namespace || destination.namespace],
    ['destination_cluster', destination.cluster],
    ['request_protocol', outcome.protocol],
    ...http,
    ['response_flags', outcome.responseFlags || '-'],
    // Only the server side knows what secured the connection it accepted (Istio's documentation of the label).
    ['connection_security_policy', reporter === 'source' ? UNKNOWN : outcome.mutualTls ? 'mutual_tls' : 'none'],
  ];
}

const OVERFLOW: Outcome = {
  protocol: 'http',
  responseCode: 0,
  responseFlags: '',
  grpcStatus: '',
  sourcePrincipal: 'overflow',
  destinationPrincipal: 'overflow',
  mutualTls: false,
};

function overflowLabels(reporter: Reporter, outcome: Outcome): Labels {
  const overflow: WorkloadLabels = {
    workload: 'overflow',
    namespace: 'overflow',
    app: 'overflow',
    version: 'overflow',
    canonicalService: 'overflow',
    canonicalRevision: 'overflow',
    cluster: 'overflow',
  };
  return metricLabels(
    reporter,
    overflow,
    overflow,
    { host: 'overflow', name: 'overflow', namespace: 'overflow' },
    outcome,
  );
}
