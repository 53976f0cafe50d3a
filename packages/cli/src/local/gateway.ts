import { nodeId, type ProxyIdentity, type ProxyPorts } from './bootstrap.ts';
import { ADMIN_ADDRESS, OWNER_NODE, type WorkloadEntryObject } from './workload.ts';

/** Added to a Gateway port below 1024, which takes privileges to bind: 80 → 8080, 443 → 8443. */
const UNPRIVILEGED_SHIFT = 8000;
const FIRST_UNPRIVILEGED_PORT = 1024;

/** A gateway's proxy on this machine. */
export interface LocalGateway {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly ports: ProxyPorts;
  /** Port of a Gateway server → port that is bound. */
  readonly portMap: ReadonlyMap<number, number>;
}

/** The admin, metrics and readiness ports of a gateway: Istio's, moved by `offset`. A gateway has no forward proxy. */
export function gatewayPorts(offset: number): ProxyPorts {
  return { adminPort: 15_000 + offset, metricsPort: 15_090 + offset, readinessPort: 15_021 + offset, httpProxyPort: 0 };
}

/** Where each server port is bound without privileges. Ports 80 and 443 are always in it, so that a server added later has its place. */
export function mapGatewayPorts(
  serverPorts: Iterable<number>,
  options: { readonly offset: number; readonly http: number | undefined },
): ReadonlyMap<number, number> {
  const map = new Map<number, number>();
  for (const port of new Set([80, 443, ...serverPorts])) {
    map.set(port, (port < FIRST_UNPRIVILEGED_PORT ? port + UNPRIVILEGED_SHIFT : port) + options.offset);
  }
  if (options.http !== undefined) map.set(80, options.http);
  return map;
}

export function gatewayIdentity(gateway: LocalGateway): ProxyIdentity {
  return {
    type: 'router',
    name: gateway.name,
    workloadName: gateway.name,
    namespace: gateway.namespace,
    address: gateway.address,
    labels: gateway.labels,
    serviceAccount: `${gateway.name}-service-account`,
    clusterId: 'Kubernetes',
    appPorts: gateway.portMap,
  };
}

/** The gateway as a workload, so that it is listed and found like any other. */
export function gatewayEntryOf(gateway: LocalGateway): WorkloadEntryObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    metadata: {
      name: gateway.name,
      namespace: gateway.namespace,
      labels: gateway.labels,
      annotations: {
        [OWNER_NODE]: nodeId(gatewayIdentity(gateway)),
        [ADMIN_ADDRESS]: `${gateway.address}:${gateway.ports.adminPort}`,
      },
    },
    spec: { address: gateway.address, labels: gateway.labels, serviceAccount: `${gateway.name}-service-account` },
  };
}
