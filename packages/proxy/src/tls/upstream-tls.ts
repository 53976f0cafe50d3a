/** How a cluster's endpoints are spoken to: `transport_socket`, or the first of `transport_socket_matches` that fits the endpoint. */
import { fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import {
  type Cluster,
  canonicalJson,
  checkFields,
  type Endpoint,
  Issues,
  SHARED_MESSAGES,
  type SupportedMessages,
  type TransportSocketMatch,
} from '@weft/engine';
import { ProxyProtocolConfig_Version } from '@weft/xds/gen/envoy/config/core/v3/proxy_protocol_pb';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb';
import type { TransportSocketOptions } from '../upstream/transport-socket-options.ts';
import { proxyHeader } from '../upstream/write-proxy-header.ts';
import type { Environment } from './data-source.ts';
import type { SecretStore } from './secret-store.ts';
import { decodeUpstreamContext, type UpstreamContext } from './upstream-context.ts';
import { PLAIN, type UpstreamTransport } from './upstream-handshake.ts';

const TLS_SOCKET = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';
const RAW_SOCKET = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';
/** Where an endpoint's metadata says what it speaks (Cluster.TransportSocketMatch). */
export const MATCH_METADATA: string = 'envoy.transport_socket_match';

const PROXY_PROTOCOL_SOCKET: string = ProxyProtocolUpstreamTransportSchema.typeName;
const PROXY_PROTOCOL_MESSAGES: SupportedMessages = {
  ...SHARED_MESSAGES,
  [PROXY_PROTOCOL_SOCKET]: { read: ['config', 'transport_socket'] },
  'envoy.config.core.v3.ProxyProtocolConfig': { read: ['version'] },
  'envoy.config.core.v3.TransportSocket': { read: ['name', 'typed_config'] },
};

/** TLS or none, and the version of the PROXY protocol's header before it. */
interface Layers {
  readonly context: UpstreamContext | undefined;
  readonly header?: 1 | 2;
}

export interface UpstreamTlsSource {
  readonly secretNames: readonly string[];
  /** Endpoints are told whose connection they get (PROXY protocol): one cannot serve several clients. */
  readonly announcesClients: boolean;
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
  const decodeLayers = (socket: Any | undefined, at: string): Layers => {
    if (socket?.typeUrl.endsWith(`/${PROXY_PROTOCOL_SOCKET}`) !== true) return { context: decode(socket, at) };
    const message = fromBinary(ProxyProtocolUpstreamTransportSchema, socket.value);
    checkFields(ProxyProtocolUpstreamTransportSchema, message, `${at}.typed_config`, PROXY_PROTOCOL_MESSAGES, issues);
    const inner = message.transportSocket?.configType;
    if (inner?.case !== 'typedConfig')
      issues.error(`${at}.typed_config.transport_socket`, 'missing-field', 'is not given', 'the socket to wrap');
    return {
      context: inner?.case === 'typedConfig' ? decode(inner.value, `${at}.typed_config.transport_socket`) : undefined,
      header: message.config?.version === ProxyProtocolConfig_Version.V2 ? 2 : 1,
    };
  };
  const decode = (socket: Any | undefined, at: string): UpstreamContext | undefined => {
    if (socket === undefined || socket.typeUrl.endsWith(`/${RAW_SOCKET}`)) return undefined;
    if (socket.typeUrl.endsWith(`/${TLS_SOCKET}`)) {
      return decodeUpstreamContext(socket, at, config.protocol.autoSanValidation, secrets, environment, issues);
    }
    issues.error(
      at,
      'unsupported-value',
      `transport socket ${socket.typeUrl} is not known to this proxy`,
      `${TLS_SOCKET}, ${RAW_SOCKET} or ${PROXY_PROTOCOL_SOCKET}`,
    );
    return undefined;
  };
  const fallback = decodeLayers(config.transportSocket, 'transport_socket');
  const matches = config.transportSocketMatches.map(({ match, transportSocket }, i) => ({
    match,
    layers: decodeLayers(transportSocket, `transport_socket_matches[${i}].transport_socket`),
  }));
  const all = [fallback, ...matches.map(({ layers }) => layers)];
  if (all.every(({ context, header }) => context === undefined && header === undefined))
    return issues.end<UpstreamTlsSource | undefined>(undefined);
  return issues.end<UpstreamTlsSource | undefined>({
    secretNames: [...new Set(all.flatMap(({ context }) => context?.secretNames ?? []))],
    announcesClients: all.some(({ header }) => header !== undefined),
    transport(endpoint, wanted) {
      const chosen = matchedSocket(matches, endpoint);
      const { context, header } = chosen === undefined ? fallback : chosen.layers;
      const transport = context === undefined ? PLAIN : context.transport(endpoint, wanted);
      if (header === undefined || transport.kind === 'unavailable') return transport;
      return { ...transport, preamble: (socket) => proxyHeader(header, wanted.client, socket) };
    },
  });
}
