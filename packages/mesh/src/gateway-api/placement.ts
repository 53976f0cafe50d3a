import type { JsonObject, Resource } from '@weft/config';
import type { Lookup } from './inputs.ts';
import type { Problem } from './problem.ts';

/** Where a Gateway can be reached, by the services in front of it. */
export interface Placement {
  /** `host:port` of each service port with an instance. */
  readonly reached: readonly string[];
  /** What load balancers of the services answer on. */
  readonly external: readonly string[];
  readonly message: string;
  readonly problem: Problem | undefined;
}

/** Looks the ports of listeners up in the services (gatewaycommon/context.go, ResolveGatewayInstances). */
export function placementOf(
  { metadata: { namespace } }: Resource<'KubernetesGateway'>,
  hosts: readonly string[],
  ports: readonly number[],
  lookup: Lookup,
): Placement {
  const reached: string[] = [];
  const external = new Set<string>();
  const warnings: string[] = [];
  let usable = true;
  for (const host of hosts) {
    const service = lookup.service(host, namespace);
    if (service === undefined) {
      warnings.push(`there is no service ${host} in namespace ${namespace}`);
      usable = false;
      continue;
    }
    for (const port of ports) {
      if (service.endpoints.some(({ servicePort, ready }) => servicePort === port && ready)) {
        reached.push(`${host}:${port}`);
        for (const address of externalAddresses(service.name, namespace, lookup)) external.add(address);
      } else if (service.endpoints.length === 0) {
        warnings.push(`nothing answers for ${host}`);
      } else {
        const target = service.endpoints.find((each) => each.port === port);
        const hint = target === undefined ? '' : `: a listener has the port of the service, ${target.servicePort}`;
        warnings.push(`${host} has no port ${port}${hint}`);
        usable = false;
      }
    }
  }
  const where = reached.sort().join(', ');
  return {
    reached,
    external: [...external].sort(),
    message: where === '' ? 'in force' : `reached at ${where}`,
    problem: problemOf(hosts, where, [...new Set(warnings)], usable),
  };
}

function problemOf(hosts: readonly string[], where: string, warnings: string[], usable: boolean): Problem | undefined {
  if (hosts.length === 0) return { reason: 'UnsupportedAddress', message: 'it has no address that could be used' };
  if (warnings.length === 0) return undefined;
  const but = where === '' ? '' : `reached at ${where}, but `;
  return { reason: usable ? 'AddressNotAssigned' : 'AddressNotUsable', message: `${but}${warnings.sort().join('; ')}` };
}

function externalAddresses(name: string, namespace: string, lookup: Lookup): readonly string[] {
  const service = lookup.kubernetesServices.get(`${namespace}/${name}`);
  const ingress = service?.status?.loadBalancer?.ingress ?? [];
  return [...ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []), ...(service?.spec.externalIPs ?? [])];
}

/** External addresses, else the hosts of the services. */
export function addressesOf({ reached, external }: Placement): readonly JsonObject[] {
  const hosts = [...new Set(reached.map((each) => each.slice(0, each.lastIndexOf(':'))))];
  return (external.length > 0 ? external : hosts).map((value) => ({
    type: /^[\d.]+$|:/.test(value) ? 'IPAddress' : 'Hostname',
    value,
  }));
}
