import type { Decoded, Issue } from '@weft/base';

/** What a proxy says about itself: the fields of `envoy.config.core.v3.Node` that decide its configuration. */
export interface NodeFields {
  readonly id: string;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly locality?: { readonly region: string; readonly zone: string; readonly subZone: string } | undefined;
  readonly userAgentName?: string | undefined;
}

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

/** A decoded node identity. Two nodes with equal values get equal configuration. */
export interface Node {
  readonly id: string;
  readonly type: 'sidecar' | 'router';
  readonly ip: string;
  /** The workload's name, before the first dot of the id's third part. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly clusterId: string;
  readonly network: string;
  readonly serviceAccount: string;
  readonly workloadName: string;
  readonly interception: 'REDIRECT' | 'TPROXY' | 'NONE';
  /** Port of the HTTP_PROXY listener; 0 when there is none. */
  readonly httpProxyPort: number;
  /** The proxy cannot bind ports below 1024. */
  readonly unprivileged: boolean;
  /** Inbound (endpoint) port → port of the application on 127.0.0.1; for a gateway: port of a server → port to listen on. */
  readonly appPorts: ReadonlyMap<number, number>;
  /** `http-proxy`: no outbound listeners for service ports, only the HTTP_PROXY listener, for proxies that share an address. */
  readonly outboundListeners: 'all' | 'http-proxy';
  readonly locality: Locality;
  /** The proxy answers DNS for its clients, so they can learn addresses that nobody else knows. */
  readonly dnsCapture: boolean;
  /** Of the Istio agent that started the proxy; '' without one. */
  readonly istioVersion: string;
  /** As the proxy sent it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * Where the proxy has its certificate (`default`) and the authorities of its peers (`ROOTCA`) from: `files` that its bootstrap names as
   * static secrets, the control plane by `sds`, or nowhere, so that it speaks plain text.
   */
  readonly certificates: 'none' | 'files' | 'sds';
  /** `weft` understands our own extensions, `envoy` is a stock Envoy, `grpc` a gRPC client that needs no proxy (`GENERATOR: grpc`). */
  readonly dataPlane: 'weft' | 'envoy' | 'grpc';
}

const INTERCEPTION = ['REDIRECT', 'TPROXY', 'NONE'] as const;
const DEFAULT_HTTP_PROXY_PORT = 15007;

/**
 * Decodes Envoy's node: id `sidecar~<ip>~<name>.<ns>~<ns>.svc.<domain>` (or `router~…`) and Istio's metadata keys, see
 * istio.io/docs/reference/config/istio.mesh.v1alpha1 (ProxyConfig) and pilot/pkg/model/context.go for the names.
 * Issues name the metadata key that is wrong.
 */
export function decodeNode(fields: NodeFields): Decoded<Node> {
  const issues: Issue[] = [];
  const bad = (at: string, message: string, expected: string): void => {
    issues.push({ severity: 'error', code: 'invalid-node', at, message, expected, resource: `node ${fields.id}` });
  };
  const [type, ip, workload, domain, ...rest] = fields.id.split('~');
  if ((type !== 'sidecar' && type !== 'router') || !ip || !workload || !domain || rest.length > 0) {
    bad('id', `the node id '${fields.id}' cannot be read`, 'sidecar~<ip>~<name>.<namespace>~<namespace>.svc.<domain>');
    return { ok: false, issues };
  }
  const meta = new Metadata(fields.metadata ?? {}, bad);
  const dot = workload.indexOf('.');
  const name = dot < 0 ? workload : workload.slice(0, dot);
  const interception = meta.text('INTERCEPTION_MODE', 'REDIRECT');
  const known = INTERCEPTION.find((mode) => mode === interception);
  if (known === undefined)
    bad('metadata.INTERCEPTION_MODE', `'${interception}' is not a mode`, INTERCEPTION.join(', '));
  const node: Node = {
    id: fields.id,
    type,
    ip,
    name,
    namespace: meta.text('NAMESPACE', dot < 0 ? (domain.split('.')[0] ?? 'default') : workload.slice(dot + 1)),
    labels: meta.labels('LABELS'),
    clusterId: meta.text('CLUSTER_ID', 'Kubernetes'),
    network: meta.text('NETWORK', ''),
    serviceAccount: meta.text('SERVICE_ACCOUNT', 'default'),
    workloadName: meta.text('WORKLOAD_NAME', name),
    interception: known ?? 'REDIRECT',
    httpProxyPort: meta.port('HTTP_PROXY_PORT', known === 'NONE' && type === 'sidecar' ? DEFAULT_HTTP_PROXY_PORT : 0),
    unprivileged: meta.text('UNPRIVILEGED_POD', 'false') === 'true',
    appPorts: meta.ports('APP_PORTS'),
    outboundListeners: meta.text('OUTBOUND_LISTENERS', 'all') === 'http-proxy' ? 'http-proxy' : 'all',
    dnsCapture: meta.text('DNS_CAPTURE', 'false') === 'true',
    locality: fields.locality ?? { region: '', zone: '', subZone: '' },
    certificates: meta.text('FILE_MOUNTED_CERTS', 'false') === 'true' ? 'files' : 'none',
    istioVersion: meta.text('ISTIO_VERSION', ''),
    metadata: fields.metadata ?? {},
    dataPlane: meta.text('GENERATOR', '') === 'grpc' ? 'grpc' : fields.userAgentName === 'weft' ? 'weft' : 'envoy',
  };
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: node, issues };
}

type Report = (at: string, message: string, expected: string) => void;

class Metadata {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #bad: Report;

  constructor(values: Readonly<Record<string, unknown>>, bad: Report) {
    this.#values = values;
    this.#bad = bad;
  }

  text(key: string, or: string): string {
    const value = this.#values[key];
    if (value === undefined || value === '') return or;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.#bad(`metadata.${key}`, 'it is not text', 'a string');
    return or;
  }

  port(key: string, or: number): number {
    const text = this.text(key, '');
    if (text === '') return or;
    const port = Number(text);
    if (isPort(port)) return port;
    this.#bad(`metadata.${key}`, `'${text}' is not a port`, 'a whole number from 0 to 65535');
    return or;
  }

  labels(key: string): Readonly<Record<string, string>> {
    const labels: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#object(key) ?? {})) labels[name] = String(value);
    return labels;
  }

  ports(key: string): ReadonlyMap<number, number> {
    const ports = new Map<number, number>();
    for (const [from, to] of Object.entries(this.#object(key) ?? {})) {
      if (isPort(Number(from)) && isPort(Number(to))) ports.set(Number(from), Number(to));
      else
        this.#bad(
          `metadata.${key}`,
          `'${from}: ${String(to)}' is not a pair of ports`,
          '{"<inbound port>": <application port>}',
        );
    }
    return ports;
  }

  /** Istio's agent sends maps either as objects or as JSON text (ISTIO_METAJSON_*); both are read. */
  #object(key: string): object | undefined {
    let value = this.#values[key];
    if (value === undefined) return undefined;
    if (typeof value === 'string') {
      try {
        value = JSON.parse(value);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        this.#bad(`metadata.${key}`, `it is not JSON: ${error.message}`, 'an object');
        return undefined;
      }
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    this.#bad(`metadata.${key}`, 'it is not an object', 'an object');
    return undefined;
  }
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}
