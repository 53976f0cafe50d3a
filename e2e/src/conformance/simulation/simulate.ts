import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type Decoded, seededRandom } from '@weft/base';
import {
  compileListener,
  compileRouteTable,
  type FilterChain,
  type FilterSpec,
  type Listener,
  planConnection,
  planRequest,
  portMatches,
  type RouteTable,
} from '@weft/engine';
import type { TranslatedResources } from '@weft/translate';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { TcpProxySchema } from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';
import {
  type DownstreamTlsContext,
  DownstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import type { Call, Met } from './case.ts';
import { joined } from './mesh.ts';

const NOTHING: Met = {
  error: '',
  listenerMatched: '',
  filterChainMatched: '',
  routeMatched: '',
  routeConfigMatched: '',
  virtualHostMatched: '',
  clusterMatched: '',
};
const MESH_ALPN = { http: 'istio-http/1.1', http2: 'istio-h2', tcp: 'istio' } as const;
const TLS_ALPN = { http: 'http/1.1', http2: 'h2', tcp: '' } as const;
const PLAIN_ALPN = { http: 'http/1.1', http2: 'h2c', tcp: '' } as const;

/** Sends calls through the tables a proxy would make of what it gets, as far as the choice of a cluster. */
export class Simulation {
  readonly #resources: TranslatedResources;
  readonly #listeners: readonly Listener[];
  readonly #random = seededRandom(1);

  constructor(resources: TranslatedResources) {
    this.#resources = resources;
    this.#listeners = [...resources.listener.values()].map((message) => sealed(compileListener(message)));
  }

  run(call: Call): Met {
    const address = call.address ?? '1.3.3.7';
    const listener = this.#listenerFor(call, address);
    if (listener === undefined) return { ...NOTHING, error: 'NoListener' };
    const chain = planConnection(listener, connectionHead(call, address, listener));
    const met = { ...NOTHING, listenerMatched: listener.name };
    if (chain === undefined) return { ...met, error: 'NoFilterChain' };
    return this.#inChain(call, chain, { ...met, filterChainMatched: chain.name });
  }

  /** The listener of that very address, then of every address, then the one that takes what is captured (simulation/traffic.go). */
  #listenerFor(call: Call, address: string): Listener | undefined {
    if (call.callMode === 'inbound') return this.#listeners.find(({ name }) => name === 'virtualInbound');
    const at = (host: string): Listener | undefined =>
      this.#listeners.find(({ address: own }) => own.kind === 'ip' && own.host === host && own.port === call.port);
    return at(address) ?? at('0.0.0.0') ?? this.#listeners.find(({ name }) => name === 'virtualOutbound');
  }

  #inChain(call: Call, chain: FilterChain, met: Met): Met {
    const tls = call.tls ?? 'plaintext';
    if (chain.transportSocket !== undefined) {
      if (tls === 'plaintext') return { ...met, error: 'TLSError' };
      const wanted = call.mtlsSecretConfigName ?? 'default';
      if (asksForClientCertificate(chain, wanted) !== (tls === 'mtls')) return { ...met, error: 'MTLSError' };
    }
    const checked = call.customValidations === undefined || endsTlsOfSidecar(chain) ? '' : 'CustomValidation';
    const manager = managerOf(chain);
    if (manager === undefined) return { ...met, error: checked, clusterMatched: tcpCluster(chain) };
    const speaksHttp = call.protocol === 'http' || call.protocol === 'http2';
    if (!speaksHttp || (tls !== 'plaintext' && chain.transportSocket === undefined)) {
      return { ...met, error: 'ProtocolError' };
    }
    const routed = this.#route(call, manager, met);
    return routed.error === '' ? { ...routed, error: checked } : routed;
  }

  #route(call: Call, manager: HttpConnectionManager, met: Met): Met {
    const rds = manager.routeSpecifier.case === 'rds' ? manager.routeSpecifier.value.routeConfigName : '';
    const table = this.#tableOf(manager, rds);
    if (table === undefined) return { ...met, routeConfigMatched: rds, error: 'NoVirtualHost' };
    const headers = Object.entries(call.headers ?? {}).flatMap(([name, values]) =>
      values.flatMap((value) => [name.toLowerCase(), value]),
    );
    const scheme = (call.tls ?? 'plaintext') === 'plaintext' ? 'http' : 'https';
    const head = { method: 'GET', path: call.path ?? '/', authority: call.hostHeader ?? '', scheme, headers };
    const plan = planRequest(table, head, this.#random);
    const on = {
      ...met,
      routeConfigMatched: rds,
      virtualHostMatched: plan.virtualHost?.name ?? '',
      routeMatched: plan.route?.name ?? '',
    };
    if (plan.kind === 'forward') return { ...on, clusterMatched: plan.weighted === undefined ? plan.cluster : '' };
    if (plan.kind === 'redirect') return plan.reason === 'require-tls' ? { ...on, error: 'TLSRedirect' } : on;
    if (plan.reason === 'no-virtual-host') return { ...on, error: 'NoVirtualHost' };
    return plan.reason === 'no-route' ? { ...on, error: 'NoRoute' } : on;
  }

  #tableOf(manager: HttpConnectionManager, rds: string): RouteTable | undefined {
    const { routeSpecifier } = manager;
    const message = routeSpecifier.case === 'routeConfig' ? routeSpecifier.value : this.#resources.route.get(rds);
    return message && sealed(compileRouteTable(message));
  }
}

function sealed<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(joined(decoded.issues));
  return decoded.value;
}

function connectionHead(call: Call, address: string, listener: Listener): Parameters<typeof planConnection>[1] {
  const tls = call.tls ?? 'plaintext';
  const inspects = (name: string): boolean =>
    listener.listenerFilters.some((filter) => filter.name === name && !portMatches(filter.disabledPorts, call.port));
  const seesTls = inspects('envoy.filters.listener.tls_inspector');
  const protocol = call.protocol ?? 'tcp';
  let alpn = '';
  if (tls === 'plaintext') alpn = inspects('envoy.filters.listener.http_inspector') ? PLAIN_ALPN[protocol] : '';
  else if (seesTls) alpn = call.alpn ?? (tls === 'mtls' ? MESH_ALPN : TLS_ALPN)[protocol];
  return {
    destinationAddress: address,
    destinationPort: call.port,
    serverName: call.sni ?? (tls === 'tls' ? (call.hostHeader ?? '') : ''),
    transportProtocol: seesTls && tls !== 'plaintext' ? 'tls' : 'raw_buffer',
    applicationProtocols: alpn === '' ? [] : [alpn],
    directSourceAddress: '10.0.0.1',
    sourceAddress: '10.0.0.1',
    sourcePort: 40_000,
  };
}

/** The proxy shows that certificate and asks for the client's. */
function asksForClientCertificate(chain: FilterChain, certificate: string): boolean {
  const context = tlsOf(chain);
  return certificateOf(context) === certificate && context?.requireClientCertificate === true;
}

/** The certificate of the Sidecar's `tls`, and no question for the client's (`_meta`, customValidations). */
function endsTlsOfSidecar(chain: FilterChain): boolean {
  const context = tlsOf(chain);
  return (
    certificateOf(context) === 'file-cert:httpbin.pem~httpbinkey.pem' && context?.requireClientCertificate !== true
  );
}

function tlsOf({ transportSocket }: FilterChain): DownstreamTlsContext | undefined {
  return transportSocket && anyUnpack(transportSocket, DownstreamTlsContextSchema);
}

/** The name of its secret; certificates in files have the name that Istio's agent serves them by. */
function certificateOf(context: DownstreamTlsContext | undefined): string {
  const [secret] = context?.commonTlsContext?.tlsCertificateSdsSecretConfigs ?? [];
  if (secret !== undefined) return secret.name;
  const [file] = context?.commonTlsContext?.tlsCertificates ?? [];
  return `file-cert:${file?.certificateChain?.specifier.value}~${file?.privateKey?.specifier.value}`;
}

function managerOf({ filters }: FilterChain): HttpConnectionManager | undefined {
  return unpacked(filters, (filter) => anyUnpack(filter.typedConfig, HttpConnectionManagerSchema));
}

function tcpCluster({ filters }: FilterChain): string {
  const proxy = unpacked(filters, (filter) => anyUnpack(filter.typedConfig, TcpProxySchema));
  return proxy?.clusterSpecifier.case === 'cluster' ? proxy.clusterSpecifier.value : '';
}

function unpacked<T>(filters: readonly FilterSpec[], unpack: (filter: FilterSpec) => T | undefined): T | undefined {
  for (const filter of filters) {
    const found = unpack(filter);
    if (found !== undefined) return found;
  }
  return undefined;
}
