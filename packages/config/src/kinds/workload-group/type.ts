import type { WorkloadEntrySpec } from '../../kinds/workload-entry/type.ts';

/**
 * A template for workload entries.
 *
 * https://istio.io/latest/docs/reference/config/networking/workload-group/
 */
export interface WorkloadGroupSpec {
  readonly metadata?: WorkloadGroupMetadata;
  readonly probe?: ReadinessProbe;
  readonly template?: WorkloadEntrySpec;
}

/** How readiness of a workload is found out. */
export interface ReadinessProbe {
  readonly exec?: ExecHealthCheck;
  readonly failureThreshold?: number;
  readonly grpc?: GrpcHealthCheck;
  readonly httpGet?: HttpHealthCheck;
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly tcpSocket?: TcpHealthCheck;
  readonly timeoutSeconds?: number;
}

/** Ready when the port accepts connections. */
export interface TcpHealthCheck {
  readonly host?: string;
  readonly port?: number;
}

/** Ready when an HTTP GET answers 2xx or 3xx. */
export interface HttpHealthCheck {
  readonly host?: string;
  readonly httpHeaders?: readonly HttpHeader[];
  readonly path?: string;
  readonly port?: number;
  readonly scheme?: string;
}

/** A header of the probe. */
export interface HttpHeader {
  readonly name?: string;
  readonly value?: string;
}

/** Ready when the gRPC health service says so. */
export interface GrpcHealthCheck {
  readonly port?: number;
  readonly service?: string;
}

/** Ready when the command exits with 0. */
export interface ExecHealthCheck {
  readonly command?: readonly string[];
}

/** Labels and annotations of the entries. */
export interface WorkloadGroupMetadata {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}
