import type { Service } from '@weft/mesh';

/** What the placeholders of a pattern stand for. */
export interface StatNameInput {
  readonly service: Pick<Service, 'hostname' | 'name' | 'namespace' | 'registry'>;
  readonly port: number;
  readonly portName: string;
  readonly subset: string;
  /** Where the service's workloads listen; 0 when that differs or is not known. */
  readonly targetPort: number;
}

/**
 * `alt_stat_name` of a cluster: `meshConfig.outboundClusterStatName` or `inboundClusterStatName` with its placeholders filled in
 * (networking/telemetry, BuildStatPrefix); without a pattern the cluster's own name, which the `;` ends for the rules that read it.
 */
export function altStatName(name: string, pattern: string | undefined, input: StatNameInput | undefined): string {
  if (pattern === undefined || pattern === '' || input === undefined) return `${name};`;
  const { service, port, portName, subset, targetPort } = input;
  const { hostname } = service;
  const inCluster = service.registry === 'Kubernetes';
  const values: Readonly<Record<string, string>> = {
    SERVICE: inCluster ? `${service.name}.${service.namespace}` : hostname,
    SERVICE_NAME: inCluster ? service.name : hostname,
    SERVICE_FQDN: hostname,
    SUBSET_NAME: subset,
    TARGET_PORT: String(targetPort),
    SERVICE_PORT: String(port),
    SERVICE_PORT_NAME: portName,
  };
  return `${pattern.replace(/%([A-Z_]+)%/g, (whole, key: string) => values[key] ?? whole)};`;
}
