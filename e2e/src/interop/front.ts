/** The bootstrap of a proxy with one listener before one backend, in clear text or over TLS. */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '@bufbuild/protobuf';

const FOLDER = new URL('../../../packages/proxy/src/testing/certificates/', import.meta.url);
const TYPES = 'type.googleapis.com/envoy.extensions';
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Who signed the listener's certificate, as a file. */
export const AUTHORITY_FILE: string = new URL('authority.crt', FOLDER).pathname;
/** The name in the listener's certificate. */
export const SERVER_NAME = 'shop.example.com';

/** Certificate and key of that name, for backends that speak TLS. */
export function serverIdentity(): { readonly cert: string; readonly key: string } {
  const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
  return { cert: read('shop.crt'), key: read('shop.key') };
}

export interface Front {
  readonly backendPort: number;
  readonly codec?: 'AUTO' | 'HTTP1' | 'HTTP2';
  readonly tls?: boolean;
  /** The backend speaks HTTP/2 by prior knowledge. */
  readonly http2Backend?: boolean;
  /** The backend speaks TLS, with the certificate of `serverIdentity`. */
  readonly tlsBackend?: boolean;
}

const address = (port: number): JsonObject => ({ socket_address: { address: '127.0.0.1', port_value: port } });

export function frontBootstrap(front: Front): JsonObject {
  const chain = { filters: [manager(front)], ...(front.tls === true ? { transport_socket: downstreamTls() } : {}) };
  return {
    node: { id: 'sidecar~127.0.0.1~front.default~default.svc.cluster.local' },
    static_resources: {
      listeners: [{ name: 'front', address: address(0), filter_chains: [chain] }],
      clusters: [cluster(front)],
    },
  };
}

function manager({ codec = 'AUTO' }: Front): JsonObject {
  const name = 'envoy.filters.network.http_connection_manager';
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];
  return {
    name,
    typed_config: {
      '@type': `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'front',
      codec_type: codec,
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
      upgrade_configs: [{ upgrade_type: 'websocket' }],
      http_protocol_options: { accept_http_10: true },
      http2_protocol_options: { allow_connect: true },
      http_filters: [
        { name: 'envoy.filters.http.router', typed_config: { '@type': `${TYPES}.filters.http.router.v3.Router` } },
      ],
    },
  };
}

function downstreamTls(): JsonObject {
  const file = (name: string): JsonObject => ({ filename: new URL(name, FOLDER).pathname });
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`,
      common_tls_context: {
        alpn_protocols: ['h2', 'http/1.1'],
        tls_certificates: [{ certificate_chain: file('shop.crt'), private_key: file('shop.key') }],
      },
    },
  };
}

function cluster({ backendPort, http2Backend, tlsBackend }: Front): JsonObject {
  const validation = { trusted_ca: { filename: AUTHORITY_FILE } };
  const tls = {
    '@type': `${TYPES}.transport_sockets.tls.v3.UpstreamTlsContext`,
    sni: SERVER_NAME,
    common_tls_context: { alpn_protocols: ['h2', 'http/1.1'], validation_context: validation },
  };
  const http2 = {
    '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
    explicit_http_config: { http2_protocol_options: {} },
  };
  return {
    name: 'backend',
    type: 'STATIC',
    ...(http2Backend === true ? { typed_extension_protocol_options: { [HTTP_OPTIONS]: http2 } } : {}),
    ...(tlsBackend === true ? { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: tls } } : {}),
    load_assignment: {
      cluster_name: 'backend',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(backendPort) } }] }],
    },
  };
}
