/** Answers the command operators of header formats (`%DOWNSTREAM_REMOTE_ADDRESS%`, …) from an exchange. */
import type { FormatContext, MetadataOperator, StreamOperator } from '@weft/engine';
import { filterState } from '../telemetry/filter-state.ts';
import { metadataAt, metadataOf, metadataText } from '../telemetry/metadata.ts';
import type { Exchange } from './exchange.ts';

function withoutPort(address: string): string | undefined {
  if (address === '') return undefined;
  const colon = address.lastIndexOf(':');
  return address.slice(0, colon).replace(/^\[|\]$/g, '');
}

function portOf(address: string): string | undefined {
  return address === '' ? undefined : address.slice(address.lastIndexOf(':') + 1);
}

function orUndefined(text: string): string | undefined {
  return text === '' ? undefined : text;
}

export class ExchangeFormat implements FormatContext {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  get requestHeaders(): readonly string[] {
    return this.#exchange.request.headers;
  }

  get method(): string {
    return this.#exchange.request.method;
  }

  get path(): string {
    return this.#exchange.request.path;
  }

  get authority(): string {
    return this.#exchange.request.authority;
  }

  get scheme(): string {
    return this.#exchange.request.scheme;
  }

  get responseHeaders(): readonly string[] | undefined {
    return this.#exchange.status === 0 ? undefined : this.#exchange.responseHeaders;
  }

  get responseTrailers(): readonly string[] | undefined {
    return this.#exchange.record.responseTrailers;
  }

  stream(operator: StreamOperator): string | undefined {
    const { record, request, downstream, manager } = this.#exchange;
    const { connection } = downstream;
    switch (operator) {
      case 'PROTOCOL':
        return record.protocol;
      case 'START_TIME':
        return new Date(record.startEpochMs).toISOString();
      case 'CONNECTION_ID':
        return String(connection.id);
      case 'DOWNSTREAM_REMOTE_ADDRESS':
        return orUndefined(record.downstreamRemoteAddress);
      case 'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT':
        return withoutPort(record.downstreamRemoteAddress);
      case 'DOWNSTREAM_REMOTE_PORT':
        return portOf(record.downstreamRemoteAddress);
      case 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS':
        return connection.remoteAddress;
      case 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT':
        return connection.remoteHost;
      case 'DOWNSTREAM_LOCAL_ADDRESS':
        return connection.localAddress;
      case 'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT':
        return connection.localHost;
      case 'DOWNSTREAM_LOCAL_PORT':
        return String(connection.localPort);
      case 'DOWNSTREAM_PEER_URI_SAN':
        return orUndefined(record.downstreamPeerUriSan);
      case 'DOWNSTREAM_PEER_SUBJECT':
        return orUndefined(record.downstreamPeerSubject);
      case 'DOWNSTREAM_PEER_FINGERPRINT_256':
        return connection.tls === undefined ? undefined : orUndefined(connection.tls.peerFingerprint);
      case 'DOWNSTREAM_LOCAL_URI_SAN':
        return orUndefined(record.downstreamLocalUriSan);
      case 'DOWNSTREAM_TLS_VERSION':
        return orUndefined(record.downstreamTlsVersion);
      case 'DOWNSTREAM_TLS_CIPHER':
        return orUndefined(record.downstreamTlsCipher);
      case 'REQUESTED_SERVER_NAME':
        return orUndefined(record.requestedServerName);
      case 'FILTER_CHAIN_NAME':
        return orUndefined(record.filterChainName);
      case 'ROUTE_NAME':
        return orUndefined(record.routeName);
      case 'UPSTREAM_CLUSTER':
        return orUndefined(record.upstreamClusterStatName);
      case 'UPSTREAM_HOST':
      case 'UPSTREAM_REMOTE_ADDRESS':
        return orUndefined(record.upstreamHost);
      case 'UPSTREAM_LOCAL_ADDRESS':
        return orUndefined(record.upstreamLocalAddress);
      case 'UPSTREAM_PROTOCOL':
        return orUndefined(record.upstreamProtocol);
      case 'UPSTREAM_REQUEST_ATTEMPT_COUNT':
        return String(record.requestAttempts);
      case 'RESPONSE_CODE':
        return this.#exchange.status === 0 ? undefined : String(this.#exchange.status);
      case 'RESPONSE_FLAGS':
        return orUndefined(record.responseFlags);
      case 'RESPONSE_CODE_DETAILS':
        return orUndefined(record.responseCodeDetails);
      case 'BYTES_RECEIVED':
        return String(record.bytesReceived);
      case 'BYTES_SENT':
        return String(record.bytesSent);
      case 'HOSTNAME':
        return manager.hostname;
      case 'STREAM_ID': {
        const at = request.headers.indexOf('x-request-id');
        return at === -1 ? undefined : request.headers[at + 1];
      }
      default:
        return undefined;
    }
  }

  metadata(source: MetadataOperator, path: readonly string[]): string | undefined {
    const { record } = this.#exchange;
    if (source === 'FILTER_STATE') return filterState(record, path);
    return metadataText(metadataAt(metadataOf(record, source), path));
  }

  environment(name: string): string | undefined {
    return this.#exchange.manager.environment(name);
  }
}
