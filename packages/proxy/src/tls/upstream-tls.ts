/** How a cluster's endpoints are spoken to: `transport_socket`, or the first of `transport_socket_matches` that fits the endpoint. */
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import { type Cluster, canonicalJson, type Endpoint, Issues, type TransportSocketMatch } from '@weft/engine';
import type { TransportSocketOptions } from '../upstream/transport-socket-options.ts';
import type { Environment } from './data-source.ts';
import type { SecretStore } from './secret-store.ts';
import { decodeUpstreamContext, type UpstreamContext } from './upstream-context.ts';
import { PLAIN, type UpstreamTransport } from './upstream-handshake.ts';

const TLS_SOCKET = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';
const RAW_SOCKET = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';
/** Where an endpoint's metadata says what it speaks (Cluster.TransportSocketMatch). */
const MATCH_METADATA = 'envoy.transport_socket_match';

export interface UpstreamTlsSource {
  readonly secretNames: readonly string[];
  transport(endpoint: Endpoint, wanted: TransportSocketOptions): UpstreamTransport;
}

/** The first of `transport_socket_matches` that fits the endpoint; undefined leaves the cluster's own `transport_socket`. */
export function matchedSocket<T extends Pick<TransportSocketMatch, 'match'>>(
  matches: readonly T[],
  endpoint: Pick<Endpoint, 'spec'>,
): T | undefined {
  const own = endpoint.spec.metadata[MATCH_METADATA] ?? {};
  return matches.find(({ match }) => match.every(([key, value]) => key in own && canonicalJson(own[key]) === value));
}

/** Undefined for a cluster that only speaks plaintext. */
export function compileUpstreamTls(
  config: Cluster,
  secrets: SecretStore,
  environment: Environment,
): Decoded<UpstreamTlsSource | undefined> {
  const issues = new Issues(`Cluster ${config.name}`);
  const decode = (socket: Any | undefined, at: string): UpstreamContext | undefined => {
    if (socket === undefined || socket.typeUrl.endsWith(`/${RAW_SOCKET}`)) return undefined;
    if (socket.typeUrl.endsWith(`/${TLS_SOCKET}`)) {
      return decodeUpstreamContext(socket, at, config.protocol.autoSanValidation, secrets, environment, issues);
    }
    issues.error(
      at,
      'unsupported-value',
      `transport socket ${socket.typeUrl} is not known to this proxy`,
      `${TLS_SOCKET} or ${RAW_SOCKET}`,
    );
    return undefined;
  };
  const fallback = decode(config.transportSocket, 'transport_socket');
  const matches = config.transportSocketMatches.map(({ match, transportSocket }, i) => ({
    match,
    context: decode(transportSocket, `transport_socket_matches[${i}].transport_socket`),
  }));
  const contexts = [fallback, ...matches.map(({ context }) => context)];
  if (contexts.every((context) => context === undefined)) return issues.end<UpstreamTlsSource | undefined>(undefined);
  return issues.end<UpstreamTlsSource | undefined>({
    secretNames: [...new Set(contexts.flatMap((context) => context?.secretNames ?? []))],
    transport(endpoint, wanted) {
      const chosen = matchedSocket(matches, endpoint);
      const context = chosen === undefined ? fallback : chosen.context;
      return context === undefined ? PLAIN : context.transport(endpoint, wanted);
    },
  });
}
