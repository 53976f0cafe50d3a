import type { WorkloadSockets } from './address-plan.ts';
import type { CertificateFiles } from './certificate-files.ts';
import type { StartConfig } from './proxy-config.ts';

/** Who a proxy is and where its control plane is; everything else in its bootstrap follows. */
export interface ProxyIdentity {
  readonly type: 'sidecar' | 'router';
  /** Unique among the proxies of the namespace. */
  readonly name: string;
  /** The same for all instances of a version, as a Deployment's name would be. */
  readonly workloadName: string;
  readonly namespace: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly clusterId: string;
  /** Inbound (or Gateway server) port → port to bind or to call on 127.0.0.1. */
  readonly appPorts: ReadonlyMap<number, number>;
  /** The WorkloadGroup that the control plane registers the proxy by; undefined: somebody else registers it. */
  readonly membership?: {
    readonly group: string;
    readonly probe: Json | undefined;
    /** Port name → inbound port, for the WorkloadEntry. */
    readonly inboundPorts: Readonly<Record<string, number>>;
  };
}

export interface ProxyPorts {
  readonly adminPort: number;
  readonly metricsPort: number;
  readonly readinessPort: number;
  readonly httpProxyPort: number;
}

export interface BootstrapInput {
  /** Threads that serve; undefined for the default. */
  readonly concurrency?: number | undefined;
  /** What the mesh wants of the proxy; `concurrency` goes before it. */
  readonly start?: StartConfig | undefined;
  readonly identity: ProxyIdentity;
  readonly ports: ProxyPorts;
  readonly mode: WorkloadSockets['mode'];
  readonly xds: { readonly host: string; readonly port: number };
  /** Answer DNS on port 15053 of the proxy's address. */
  readonly dns?: boolean;
  /** Undefined: the proxy speaks plain text. */
  readonly certificates?: CertificateFiles | undefined;
}

/** A JSON value as `JSON.stringify` takes it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';
const HTTP_OPTIONS = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** The id Envoy sends and Istio parses: `sidecar~<ip>~<name>.<ns>~<ns>.svc.cluster.local` (pilot/pkg/model/context.go, ParseServiceNode). */
export function nodeId(identity: ProxyIdentity): string {
  const { type, address, name, namespace } = identity;
  return `${type}~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`;
}

/**
 * The bootstrap file of a proxy, in Envoy's JSON form (envoy.config.bootstrap.v3.Bootstrap), so that `envoy -c` takes it as well as ours.
 * The metrics and readiness listeners are static ones in front of the admin interface, on the ports and paths Istio uses for them.
 */
export function writeBootstrap(input: BootstrapInput): Json {
  const { identity, ports } = input;
  const app = identity.labels['app'] ?? identity.name;
  return {
    node: { id: nodeId(identity), cluster: `${app}.${identity.namespace}`, metadata: metadata(input) },
    admin: { address: socketAddress(identity.address, ports.adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      cds_config: { ads: {}, resource_api_version: 'V3' },
      lds_config: { ads: {}, resource_api_version: 'V3' },
    },
    static_resources: {
      ...(input.certificates !== undefined && { secrets: secrets(input.certificates) }),
      listeners: [
        adminListener('metrics', identity.address, ports.metricsPort, '/stats/prometheus', '/stats/prometheus'),
        adminListener('readiness', identity.address, ports.readinessPort, '/healthz/ready', '/ready'),
      ],
      clusters: [
        { ...cluster('xds-grpc', input.xds.host, input.xds.port), ...http2() },
        cluster('admin', identity.address, ports.adminPort),
      ],
    },
  };
}

function metadata(input: BootstrapInput): Json {
  const { identity, ports, mode, dns } = input;
  const { membership } = identity;
  return {
    NAMESPACE: identity.namespace,
    LABELS: identity.labels,
    CLUSTER_ID: identity.clusterId,
    SERVICE_ACCOUNT: identity.serviceAccount,
    WORKLOAD_NAME: identity.workloadName,
    INTERCEPTION_MODE: 'NONE',
    UNPRIVILEGED_POD: 'true',
    APP_PORTS: JSON.stringify(Object.fromEntries(identity.appPorts)),
    ADMIN_ADDRESS: `${identity.address}:${ports.adminPort}`,
    ...(membership !== undefined && {
      AUTO_REGISTER_GROUP: membership.group,
      INBOUND_PORTS: membership.inboundPorts,
    }),
    ...(dns === true && { DNS_CAPTURE: 'true' }),
    ...(input.certificates !== undefined && { FILE_MOUNTED_CERTS: 'true' }),
    ...input.start?.metadata,
    ...proxyConfig(input),
    ...(identity.type === 'sidecar' && { HTTP_PROXY_PORT: String(ports.httpProxyPort) }),
    // Sidecars that share 127.0.0.1 cannot each bind a listener for the same service port; the forward proxy serves them all.
    ...(identity.type === 'sidecar' && mode === 'ports' && { OUTBOUND_LISTENERS: 'http-proxy' }),
  };
}

/** Under the names by which configuration asks for them. */
function secrets({ chain, key, authorities }: CertificateFiles): Json {
  const file = (filename: string): Json => ({ filename });
  return [
    { name: 'default', tls_certificate: { certificate_chain: file(chain), private_key: file(key) } },
    { name: 'ROOTCA', validation_context: { trusted_ca: file(authorities) } },
  ];
}

/** What Istio's agent passes on of the ProxyConfig. */
function proxyConfig({ identity, concurrency, start }: BootstrapInput): { readonly [key: string]: Json } {
  const probe = identity.membership?.probe;
  const config = start?.config ?? {};
  if (probe === undefined && concurrency === undefined && Object.keys(config).length === 0) return {};
  return {
    PROXY_CONFIG: {
      ...config,
      ...(probe !== undefined && { readinessProbe: probe }),
      ...(concurrency !== undefined && { concurrency }),
    },
  };
}

function socketAddress(address: string, port: number): Json {
  return { socket_address: { address, port_value: port } };
}

function cluster(name: string, host: string, port: number): { readonly [key: string]: Json } {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }],
    },
  };
}

function http2(): { readonly [key: string]: Json } {
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': HTTP_OPTIONS,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
}

function adminListener(name: string, address: string, port: number, path: string, adminPath: string): Json {
  return {
    name,
    address: socketAddress(address, port),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': HCM,
              stat_prefix: name,
              route_config: {
                name,
                virtual_hosts: [
                  {
                    name,
                    domains: ['*'],
                    routes: [{ match: { path }, route: { cluster: 'admin', prefix_rewrite: adminPath } }],
                  },
                ],
              },
              http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
            },
          },
        ],
      },
    ],
  };
}
