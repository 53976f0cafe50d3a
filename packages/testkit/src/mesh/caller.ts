import { suggest } from '@weft/base';
import { type Resource, resourcesOf } from '@weft/config';
import { decodeNode, type Locality, type Node, selects } from '@weft/mesh';
import { CallError } from '../explain/call.ts';
import { gatewayCandidates } from './gateway-candidates.ts';
import { findWorkload, type KnownWorkload } from './known-workloads.ts';

/** A caller that no configuration describes. */
export interface CallerLabels {
  readonly labels: Readonly<Record<string, string>>;
  /** `default` unless said. */
  readonly namespace?: string;
  readonly serviceAccount?: string;
}

/** `orders`, or `app=curl,tier=front in shop`. */
export function describeCaller(from: string | CallerLabels): string {
  if (typeof from === 'string') return from;
  const labels = Object.entries(from.labels).map(([name, value]) => `${name}=${value}`);
  return `${labels.join(',')} in ${from.namespace ?? 'default'}`;
}

/** How proxies get their connections: `NONE` as `weft up` and `weft run` do it, `REDIRECT` or `TPROXY` as on Kubernetes. */
export type Interception = Node['interception'];

/** An address no workload has, for a caller that is not part of the configuration. */
export const NOBODY = '127.255.255.254';
/** The namespace of gateways on Istio's default installation, and of those that `weft up` starts. */
const GATEWAY_NAMESPACE = 'istio-system';
const NO_PLACE: Locality = { region: '', zone: '', subZone: '' };

const GATEWAY_NAMES: ReadonlySet<string> = new Set(['gateway', 'ingress gateway', 'ingress-gateway', 'ingressgateway']);

/** Whether a caller is a gateway: the request enters the mesh there. */
export function isGatewayName(from: string): boolean {
  return GATEWAY_NAMES.has(from) || from.startsWith('gateway:');
}

export function sidecarNode(workload: Omit<KnownWorkload, 'bare'>, interception: Interception): Node {
  const { name, namespace, labels, address, serviceAccount, locality } = workload;
  return nodeOf({
    id: `sidecar~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    metadata: {
      NAMESPACE: namespace,
      LABELS: labels,
      SERVICE_ACCOUNT: serviceAccount,
      INTERCEPTION_MODE: interception,
    },
    locality,
    userAgentName: 'weft',
  });
}

/** The workload of a name, `orders` or `orders.shop`; else whoever is behind the Service of that name. @throws CallError */
export function callerNode(
  from: string | CallerLabels,
  resources: readonly Resource[],
  workloads: readonly KnownWorkload[],
  interception: Interception,
): Node {
  if (typeof from !== 'string') return strangerNode(from, interception);
  const dot = from.indexOf('.');
  const [name, namespace] = dot < 0 ? [from, 'default'] : [from.slice(0, dot), from.slice(dot + 1)];
  const workload = findWorkload(workloads, name, namespace);
  if (workload?.bare === true) {
    throw new CallError(
      `${from} has no sidecar (sidecar.istio.io/inject: false), so nothing decides about its calls; what a destination does with them is told from outside, by the address of its workload`,
    );
  }
  if (workload !== undefined) return sidecarNode(workload, interception);
  const service = resourcesOf(resources, 'Service').find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (service?.spec.selector !== undefined) {
    return strangerNode({ labels: service.spec.selector, namespace }, interception, name);
  }
  throw unknownCaller(from, name, resources, workloads);
}

function strangerNode(from: CallerLabels, interception: Interception, name?: string): Node {
  const { labels, namespace = 'default', serviceAccount = 'default' } = from;
  const called = name ?? labels['app'] ?? 'caller';
  return sidecarNode(
    { name: called, namespace, labels, address: NOBODY, serviceAccount, locality: NO_PLACE },
    interception,
  );
}

function unknownCaller(
  from: string,
  name: string,
  resources: readonly Resource[],
  workloads: readonly KnownWorkload[],
): CallError {
  const services = resourcesOf(resources, 'Service').map(({ metadata }) => metadata.name);
  const names = [...new Set([...services, ...workloads.map((each) => each.labels['app'] ?? each.name)])];
  const near = suggest(name, names);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return new CallError(
    `there is no workload or Service "${from}"${hint} (write name.namespace for another namespace, or app=${name} for a caller that is not part of the configuration)`,
  );
}

/**
 * The gateway whose Gateways have a server on `port`, the ingress gateway first; `wanted` is the label `istio` or the name of one. @throws CallError
 */
export function gatewayNode(
  wanted: string,
  port: number,
  resources: readonly Resource[],
  workloads: readonly KnownWorkload[],
): Node {
  const named = gatewayCandidates(resources).filter(({ names }) => wanted === '' || names.includes(wanted));
  const serves = named.filter(({ ports }) => ports.includes(port));
  const chosen = serves.find((each) => each.labels['istio'] === 'ingressgateway') ?? serves[0] ?? named[0];
  if (chosen === undefined && wanted !== '') throw new CallError(`there is no Gateway for "${wanted}"`);
  const selector = chosen?.labels ?? {};
  const labels = Object.keys(selector).length === 0 ? { istio: 'ingressgateway' } : selector;
  const workload = workloads.find((each) => selects(labels, each.labels));
  const short = labels['istio'] ?? labels['app'] ?? 'ingressgateway';
  const { name, namespace, address, serviceAccount } = workload ?? {
    name: chosen?.place?.name ?? (short.startsWith('istio-') ? short : `istio-${short}`),
    namespace: chosen?.place?.namespace ?? GATEWAY_NAMESPACE,
    address: '127.0.0.1',
    serviceAccount: `istio-${short}-service-account`,
  };
  return nodeOf({
    id: `router~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    metadata: {
      NAMESPACE: namespace,
      LABELS: workload?.labels ?? labels,
      SERVICE_ACCOUNT: serviceAccount,
      INTERCEPTION_MODE: 'NONE',
    },
    locality: workload?.locality ?? NO_PLACE,
    userAgentName: 'weft',
  });
}

function nodeOf(fields: Parameters<typeof decodeNode>[0]): Node {
  const decoded = decodeNode(fields);
  if (decoded.ok) return decoded.value;
  throw new CallError(
    decoded.issues.map(({ message, expected }) => `${message} (expected ${expected ?? ''})`).join('; '),
  );
}
