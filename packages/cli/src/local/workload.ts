import { inboundPort, type WorkloadSockets } from './address-plan.ts';
import type { Json, ProxyIdentity } from './bootstrap.ts';
import { nodeId } from './bootstrap.ts';

/** A port of a Service and where the application answers it on 127.0.0.1. */
export interface WorkloadPort {
  readonly name: string;
  readonly servicePort: number;
  readonly appPort: number;
}

/** A process on this machine that is part of the mesh. */
export interface Workload {
  readonly app: string;
  readonly version: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Besides `app` and `version`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly WorkloadPort[];
  /** Undefined: the workload is registered by a WorkloadEntry of its own. */
  readonly membership?: GroupMembership | undefined;
}

/** The WorkloadGroup by which the control plane registers a workload. */
export interface GroupMembership {
  readonly group: string;
  /** Its ReadinessProbe, in Istio's JSON. */
  readonly probe: Json | undefined;
}

/** The annotation that ties an object to a proxy: the control plane deletes it when that proxy has been gone for a while. */
export const OWNER_NODE = 'weft.dev/owner-node';
/** Where `weft proxy-config` finds the proxy's admin interface. */
export const ADMIN_ADDRESS = 'weft.dev/admin-address';

/** `orders-v1-3`: the WorkloadEntry's and the proxy's name, unique on this machine by the slot. */
export function workloadEntryName(workload: Workload, sockets: WorkloadSockets): string {
  return `${workload.app}-${workload.version}-${sockets.slot}`;
}

/** The name that the control plane gives the WorkloadEntry of a group's member (see its auto-registration). */
export function registeredName(group: string, workload: Workload, sockets: WorkloadSockets): string {
  const { address } = sockets;
  return address === '127.0.0.1'
    ? `${group}-${address}-${workloadEntryName(workload, sockets)}`
    : `${group}-${address}`;
}

export function sidecarIdentity(workload: Workload, sockets: WorkloadSockets): ProxyIdentity {
  return {
    type: 'sidecar',
    name: workloadEntryName(workload, sockets),
    workloadName: `${workload.app}-${workload.version}`,
    namespace: workload.namespace,
    address: sockets.address,
    labels: { ...workload.labels, app: workload.app, version: workload.version },
    serviceAccount: workload.serviceAccount,
    clusterId: 'Kubernetes',
    appPorts: new Map(workload.ports.map((port, i) => [inboundPort(sockets, port.servicePort, i), port.appPort])),
    ...(workload.membership !== undefined && {
      membership: { ...workload.membership, inboundPorts: inboundPorts(workload, sockets) },
    }),
  };
}

function inboundPorts(workload: Workload, sockets: WorkloadSockets): Readonly<Record<string, number>> {
  return Object.fromEntries(workload.ports.map((port, i) => [port.name, inboundPort(sockets, port.servicePort, i)]));
}

/** An Istio object as JSON, ready for the control plane's store. */
export interface WorkloadEntryObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly [key: string]: Json };
}

/** The registration of a local workload: its sidecar's address and, by name of the service port, the sidecar's inbound ports. */
export function workloadEntryOf(workload: Workload, sockets: WorkloadSockets): WorkloadEntryObject {
  const identity = sidecarIdentity(workload, sockets);
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    metadata: {
      name: identity.name,
      namespace: workload.namespace,
      labels: identity.labels,
      annotations: {
        [OWNER_NODE]: nodeId(identity),
        [ADMIN_ADDRESS]: `${sockets.address}:${sockets.adminPort}`,
      },
    },
    spec: {
      address: sockets.address,
      labels: identity.labels,
      serviceAccount: workload.serviceAccount,
      ports: inboundPorts(workload, sockets),
    },
  };
}

/**
 * What the application finds in its environment. Both spellings of HTTP_PROXY, because curl reads only the lower-case one and other
 * programs only the upper-case one; NODE_USE_ENV_PROXY makes Node's own HTTP client read it. HTTPS is the application's own and
 * goes directly.
 */
export function appEnvironment(
  workload: Workload,
  sockets: WorkloadSockets,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const proxy = `http://${sockets.address}:${sockets.httpProxyPort}`;
  const direct = ['127.0.0.1', 'localhost', '::1', ...(inherited['NO_PROXY'] ?? '').split(',')].filter(
    (host) => host !== '',
  );
  const noProxy = [...new Set(direct)].join(',');
  return {
    ...inherited,
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    NODE_USE_ENV_PROXY: '1',
    ...(workload.ports[0] !== undefined && { PORT: String(workload.ports[0].appPort) }),
  };
}
