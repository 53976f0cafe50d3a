import type { GatewayServer, Resource } from '@weft/config';
import { originOf } from './gateway-api/generated.ts';
import { GATEWAY_NAME_LABEL, SERVICE_ANNOTATION } from './gateway-api/names.ts';
import type { Labels } from './labels.ts';
import { type ObjectRef, type Origin, refOf } from './object-ref.ts';

/** A Gateway with its hosts' namespaces written out. */
export interface Gateway {
  readonly origin: ObjectRef;
  /** `<namespace>/<name>`, as VirtualServices refer to it. */
  readonly name: string;
  readonly namespace: string;
  readonly selector: Labels;
  /** Hosts of the only services whose workloads it is for, each by the service's ports; undefined: chosen by labels. */
  readonly services: readonly string[] | undefined;
  readonly servers: readonly ServerOf[];
}

export interface ServerOf {
  readonly server: GatewayServer;
  /** `host`, or `<namespace>/host` when only that namespace's VirtualServices may use it; lower-case. */
  readonly hosts: readonly string[];
  readonly origin: Origin;
}

export function resolveGateway(resource: Resource<'Gateway'>): Gateway {
  const ref = refOf(resource);
  // A Gateway of the Gateway API without a service is served by the proxies that were started for it.
  const services = resource.metadata.annotations[SERVICE_ANNOTATION];
  const byName = services === undefined ? undefined : resource.metadata.labels[GATEWAY_NAME_LABEL];
  return {
    origin: ref,
    name: `${ref.namespace}/${ref.name}`,
    namespace: ref.namespace,
    selector: byName === undefined ? (resource.spec.selector ?? {}) : { [GATEWAY_NAME_LABEL]: byName },
    services: byName === undefined ? services?.split(',') : undefined,
    servers: (resource.spec.servers ?? []).map((server, i) => ({
      server,
      hosts: (server.hosts ?? []).map((host) => resolveServerHost(host.toLowerCase(), ref.namespace)),
      origin: originOf(resource, `spec.servers[${i}]`),
    })),
  };
}

/** `./host` → `<namespace>/host`, `*` + `/host` → `host` (sanitizeServerHostNamespace). */
function resolveServerHost(host: string, namespace: string): string {
  const slash = host.indexOf('/');
  if (slash < 0) return host;
  const owner = host.slice(0, slash);
  if (owner === '*') return host.slice(slash + 1);
  return owner === '.' ? `${namespace}/${host.slice(slash + 1)}` : host;
}

/** The hosts of a server that a VirtualService of `namespace` may use. */
export function hostsForNamespace(hosts: readonly string[], namespace: string): readonly string[] {
  return hosts.flatMap((host) => {
    const slash = host.indexOf('/');
    if (slash < 0) return [host];
    return host.slice(0, slash) === namespace ? [host.slice(slash + 1)] : [];
  });
}
