import type { Locality } from './node.ts';

/** One workload behind one port of a service. */
export interface Endpoint {
  readonly address: string;
  /** The port that answers at `address`, after targetPort and WorkloadEntry.ports. 0 for an address that is a Unix socket. */
  readonly port: number;
  /** The service port it stands for. */
  readonly servicePort: number;
  readonly servicePortName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly locality: Locality;
  readonly network: string;
  /** Relative load; 0 means "not said". */
  readonly weight: number;
  readonly namespace: string;
  readonly workload: string;
  readonly serviceAccount: string;
  readonly clusterId: string;
  /** `false`: not ready. Kept, because some policies send traffic to unready endpoints. */
  readonly ready: boolean;
  /** Not ready because it is shutting down, while it still serves those who came before. */
  readonly draining: boolean;
  /** The pod's own name below a headless service: `<hostname>.<service>…` in DNS. Empty when it has none. */
  readonly hostname: string;
}
