import type { MeshConfig } from '@weft/config';

/** The proxy that is asked. */
export interface ProxyCase {
  readonly type?: 'sidecar' | 'router';
  readonly ipAddresses?: readonly string[];
  /** Whose configuration it sees. */
  readonly configNamespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly address?: string;
  readonly port: number;
  readonly path?: string;
  readonly protocol?: 'http' | 'http2' | 'tcp';
  readonly tls?: 'plaintext' | 'tls' | 'mtls';
  readonly hostHeader?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly alpn?: string;
  readonly sni?: string;
  readonly callMode?: 'inbound' | 'outbound' | 'gateway';
  readonly mtlsSecretConfigName?: string;
  /** How many checks of the chain's TLS the case makes; `_meta` says which. */
  readonly customValidations?: number;
}

/** What a call met on its way; empty for what it did not come to. */
export interface Met {
  readonly error: string;
  readonly listenerMatched: string;
  readonly filterChainMatched: string;
  readonly routeMatched: string;
  readonly routeConfigMatched: string;
  readonly virtualHostMatched: string;
  readonly clusterMatched: string;
}

export interface Expect extends Partial<Met> {
  /** Nothing but what is said may be met. */
  readonly strictMatch?: boolean;
  readonly skip?: string;
}

export interface ServiceFixture {
  readonly Hostname: string;
  readonly DefaultAddress?: string;
  readonly Ports: readonly PortFixture[];
}

export interface PortFixture {
  readonly Name: string;
  readonly Port: number;
  readonly Protocol: string;
}

export interface InstanceFixture {
  readonly Service: ServiceFixture;
  readonly ServicePort: PortFixture;
  readonly Endpoint: {
    readonly Addresses: readonly string[];
    readonly ServicePortName: string;
    readonly EndpointPort: number;
  };
}

interface Common {
  readonly file: string;
  readonly test: string;
  readonly proxy: ProxyCase;
  readonly features?: Readonly<Record<string, unknown>>;
  readonly meshConfig?: MeshConfig;
  /** YAML documents: Istio's kinds, then Kubernetes' own. */
  readonly config?: string;
  readonly kubeConfig?: string;
  readonly configs?: readonly ConfigFixture[];
  readonly services?: readonly ServiceFixture[];
  readonly instances?: readonly InstanceFixture[];
}

export interface ConfigFixture {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly spec: unknown;
}

export interface CallsCase extends Common {
  readonly kind: 'calls';
  readonly calls: readonly { readonly name?: string; readonly call: Call; readonly expect: Expect }[];
}

export interface RoutesCase extends Common {
  readonly kind: 'routes';
  readonly routeName: string;
  readonly expectNil?: boolean;
  readonly virtualHosts?: Readonly<Record<string, readonly string[] | null>>;
}

export interface InboundClustersCase extends Common {
  readonly kind: 'inboundClusters';
  readonly disableInboundPassthrough?: boolean;
  readonly clusters?: Readonly<Record<string, readonly string[] | null>>;
  readonly telemetryServices?: Readonly<Record<string, readonly string[]>>;
}

export type SimulationCase = CallsCase | RoutesCase | InboundClustersCase;
