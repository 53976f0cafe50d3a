import type { Resource, ServicePort as SpecPort } from '@weft/config';
import type { Endpoint } from '../endpoint.ts';
import type { ServiceShape } from './kubernetes-service.ts';
import type { Workload } from './workload.ts';
import { parseLocality } from './workload.ts';

type SliceConditions = NonNullable<Resource<'EndpointSlice'>['spec']['endpoints']>[number]['conditions'];

/** One address that an Endpoints or EndpointSlice object lists, whichever form it has. */
interface Listed {
  readonly address: string;
  readonly ready: boolean;
  readonly draining: boolean;
  readonly hostname: string;
  readonly zone: string;
  readonly pod: string | undefined;
  readonly ports: readonly { readonly name?: string; readonly port?: number }[];
}

/**
 * EndpointSlices → endpoints. Absent conditions mean ready, serving and not terminating (Kubernetes API, EndpointConditions). One that is
 * shutting down and serves no longer is gone (kube/controller/endpointslice.go, endpointHealthStatus).
 */
export function sliceEndpoints(
  service: ServiceShape,
  slices: readonly Resource<'EndpointSlice'>[],
  pods: ReadonlyMap<string, Workload>,
  clusterId: string,
): readonly Endpoint[] {
  const listed = slices.flatMap((slice) =>
    (slice.spec.endpoints ?? []).flatMap((endpoint) =>
      (hasLeft(endpoint.conditions) ? [] : (endpoint.addresses ?? [])).map((address) => ({
        address,
        ready: endpoint.conditions?.ready !== false,
        draining: isTerminating(endpoint.conditions),
        hostname: endpoint.hostname ?? '',
        zone: endpoint.zone ?? '',
        pod: endpoint.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined,
        ports: slice.spec.ports ?? [],
      })),
    ),
  );
  return listedEndpoints(service, listed, pods, clusterId);
}

function isTerminating(conditions: SliceConditions): boolean {
  return conditions?.ready === false && conditions.terminating === true;
}

function hasLeft(conditions: SliceConditions): boolean {
  return isTerminating(conditions) && conditions?.serving === false;
}

/** The older Endpoints object → endpoints. */
export function endpointsEndpoints(
  service: ServiceShape,
  resource: Resource<'Endpoints'>,
  pods: ReadonlyMap<string, Workload>,
  clusterId: string,
): readonly Endpoint[] {
  const listed = (resource.spec.subsets ?? []).flatMap((subset) => {
    const of =
      (ready: boolean) =>
      (address: { ip?: string; hostname?: string; targetRef?: { kind?: string; name?: string } }) => ({
        address: address.ip ?? '',
        ready,
        draining: false,
        hostname: address.hostname ?? '',
        zone: '',
        pod: address.targetRef?.kind === 'Pod' ? address.targetRef.name : undefined,
        ports: subset.ports ?? [],
      });
    return [...(subset.addresses ?? []).map(of(true)), ...(subset.notReadyAddresses ?? []).map(of(false))];
  });
  return listedEndpoints(service, listed, pods, clusterId);
}

function listedEndpoints(
  service: ServiceShape,
  listed: readonly Listed[],
  pods: ReadonlyMap<string, Workload>,
  clusterId: string,
): readonly Endpoint[] {
  const found: Endpoint[] = [];
  for (const entry of listed) {
    const pod = entry.pod === undefined ? undefined : pods.get(`${service.namespace}/${entry.pod}`);
    for (const port of entry.ports) {
      const servicePort = service.ports.find((candidate) => candidate.name === (port.name ?? ''));
      if (servicePort === undefined || port.port === undefined || entry.address === '') continue;
      found.push({
        address: entry.address,
        port: port.port,
        servicePort: servicePort.number,
        servicePortName: servicePort.name,
        labels: pod?.labels ?? {},
        locality: pod !== undefined && pod.locality.region !== '' ? pod.locality : parseLocality(`/${entry.zone}`),
        network: pod?.network ?? '',
        weight: 0,
        namespace: service.namespace,
        workload: pod?.name ?? entry.pod ?? '',
        serviceAccount: pod?.serviceAccount ?? '',
        clusterId,
        ready: entry.ready,
        draining: entry.draining,
        hostname: entry.hostname,
      });
    }
  }
  return found;
}

/**
 * The workloads that a Kubernetes Service's selector finds → endpoints. A named targetPort is looked up in the workload's
 * ports; a workload without it is left out. With a numbered one, a workload port of the service port's name wins
 * (serviceregistry/kube/controller, serviceInstanceFromWorkloadInstance). A pod answers on the target port itself.
 */
export function selectedEndpoints(
  ports: readonly SpecPort[],
  workloads: readonly Workload[],
  clusterId: string,
): readonly Endpoint[] {
  const found: Endpoint[] = [];
  for (const workload of workloads) {
    if (workload.address === '') continue;
    for (const port of ports) {
      const number = targetPort(port, workload);
      if (number === undefined || port.protocol === 'UDP') continue;
      found.push(endpointAt(workload, number, { number: port.port ?? 0, name: port.name ?? '' }, clusterId));
    }
  }
  return found;
}

function targetPort(port: SpecPort, workload: Workload): number | undefined {
  const target = port.targetPort ?? port.port ?? 0;
  if (typeof target === 'string') return workload.ports[target];
  if (workload.kind === 'Pod') return target;
  return workload.ports[port.name ?? ''] ?? target;
}

/** A ServiceEntry's inline endpoints, or the workloads that its selector finds → endpoints. */
export function entryEndpoints(
  service: ServiceShape,
  ports: readonly { readonly name?: string; readonly number?: number; readonly targetPort?: number }[],
  workloads: readonly Workload[],
  clusterId: string,
): readonly Endpoint[] {
  return workloads.flatMap((workload) =>
    ports.map((port) => {
      const byName = workload.kind === 'WorkloadEntry' ? workload.ports[port.name ?? ''] : undefined;
      const number = byName ?? (port.targetPort || port.number || 0);
      const address = workload.address === '' ? service.hostname : workload.address;
      const named = { number: port.number ?? 0, name: port.name ?? '' };
      return { ...endpointAt(workload, number, named, clusterId), address };
    }),
  );
}

function endpointAt(
  workload: Workload,
  port: number,
  servicePort: { readonly number: number; readonly name: string },
  clusterId: string,
): Endpoint {
  return {
    address: workload.address,
    port: workload.address.startsWith('unix://') ? 0 : port,
    servicePort: servicePort.number,
    servicePortName: servicePort.name,
    labels: workload.labels,
    locality: workload.locality,
    network: workload.network,
    weight: workload.weight,
    namespace: workload.namespace,
    workload: workload.name,
    serviceAccount: workload.serviceAccount,
    clusterId,
    ready: workload.ready,
    draining: workload.draining,
    hostname: workload.hostname,
  };
}
