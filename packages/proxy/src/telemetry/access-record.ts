/**
 * What is known of one exchange (HTTP request or TCP connection) when it ends. The stream fills it; access logs, statistics and spans
 * read it. Born with all its fields, so that it stays one hidden class for the whole process.
 */
import type { MetadataValue } from '@weft/engine';
import type { ServiceLabels } from './istio/service-labels.ts';
import type { WorkloadLabels } from './istio/workload-labels.ts';

const NO_HEADERS: readonly string[] = [];

/** Times are monotonic milliseconds of the same clock; -1 means that it did not happen. */
export class AccessRecord {
  /** Milliseconds since the epoch when the first byte of the request came, for %START_TIME%. */
  startEpochMs = 0;
  startMs = 0;
  /** The last byte of the request was received. */
  requestEndMs = -1;
  /** The first byte of the request went to the upstream. */
  upstreamTxStartMs = -1;
  upstreamTxEndMs = -1;
  /** The first byte of the response came from the upstream. */
  upstreamRxStartMs = -1;
  upstreamRxEndMs = -1;
  /** The last byte of the response went to the client. */
  endMs = -1;

  /** `HTTP/1.1`, `HTTP/2`, or empty for TCP. */
  protocol = '';
  upstreamProtocol = '';
  method = '';
  /** Path with query as the filters left it; `%REQ(:PATH)%`. */
  path = '';
  authority = '';
  scheme = '';
  /** Flat `[name, value, …]` with lower-case names, as the filters left them. */
  requestHeaders: readonly string[] = NO_HEADERS;
  responseHeaders: readonly string[] = NO_HEADERS;
  responseTrailers: readonly string[] = NO_HEADERS;

  /** 0 when no response was sent. */
  responseCode = 0;
  /** Envoy's short flags joined by commas, such as `UF,URX`; empty when none applies. */
  responseFlags = '';
  /** Envoy's details, such as `via_upstream`, `route_not_found`. */
  responseCodeDetails = '';
  connectionTerminationDetails = '';
  upstreamTransportFailureReason = '';
  /** Why this proxy answered itself, in words, for the log; empty otherwise. */
  cause = '';

  /** Body bytes. */
  bytesReceived = 0;
  bytesSent = 0;
  requestAttempts = 0;
  /** The request asked how this proxy or its upstreams are (health_check filter). */
  healthCheck = false;
  /** gRPC messages that passed, where a filter counts them. */
  requestMessages = 0;
  responseMessages = 0;

  routeName = '';
  virtualCluster = '';
  /** The cluster's name. */
  upstreamCluster = '';
  /** The cluster's `alt_stat_name`, else its name. */
  upstreamClusterStatName = '';
  /** `ip:port` of the endpoint last tried. */
  upstreamHost = '';
  upstreamLocalAddress = '';
  upstreamPeerUriSan = '';
  upstreamLocalUriSan = '';
  upstreamTlsVersion = '';

  /** `ip:port` that the connection came to (after redirection: the original destination). */
  downstreamLocalAddress = '';
  /** The client as `x-forwarded-for` says, when it is trusted. */
  downstreamRemoteAddress = '';
  /** The other end of the socket. */
  downstreamDirectRemoteAddress = '';
  requestedServerName = '';
  downstreamPeerUriSan = '';
  downstreamLocalUriSan = '';
  downstreamPeerSubject = '';
  downstreamTlsVersion = '';
  downstreamTlsCipher = '';
  connectionId = 0;
  filterChainName = '';

  /** What filters found out about the request, by namespace; undefined while none has. */
  dynamicMetadata: MetadataValue | undefined = undefined;
  routeMetadata: MetadataValue | undefined = undefined;
  clusterMetadata: MetadataValue | undefined = undefined;
  /** Of the endpoint last tried. */
  upstreamMetadata: MetadataValue | undefined = undefined;

  /** The service a client-side cluster stands for, from the cluster's metadata; undefined when it stands for none. */
  service: ServiceLabels | undefined = undefined;
  /** The workload at the other end: of the chosen endpoint (client side) or of the caller (server side). */
  peer: WorkloadLabels | undefined = undefined;
}
