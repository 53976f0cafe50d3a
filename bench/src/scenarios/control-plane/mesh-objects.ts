/** The mesh of the control plane bench, as objects people would apply. */
import type { StoredObject } from '@weft/control-plane';

export interface MeshSize {
  readonly services: number;
  /** Of each service. */
  readonly endpoints: number;
}

export const NAMESPACES = 20;
/** HTTP services of a mesh listen on a handful of ports; a route configuration holds the hosts of one port. */
export const PORTS: readonly number[] = [80, 8080, 8081, 8082, 8083, 9080, 9090, 3000, 5000, 7000];

/** Changed endpoints have addresses from here, so that a receiver finds them in the bytes. */
export const ENDPOINT_MARK = '10.200.';
/** Changed VirtualServices set a header to this and a number. */
export const ROUTE_MARK = 'bench-change-';

export function namespaceOf(index: number): string {
  return `ns${index % NAMESPACES}`;
}

/** The address of endpoint `at` of service `index`; proxies use them as their own. */
export function endpointAddress(index: number, at: number): string {
  return `10.${at}.${index >> 8}.${index & 255}`;
}

/** A service whose first endpoint moved to the address that stands for change number `change`. */
export function service(index: number, endpoints: number, change?: number): StoredObject {
  const addresses = Array.from({ length: endpoints }, (_, at) => endpointAddress(index, at));
  if (change !== undefined) addresses[endpoints - 1] = `${ENDPOINT_MARK}${change >> 8}.${change & 255}`;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: `s${index}`, namespace: namespaceOf(index) },
    spec: {
      hosts: [`s${index}.bench.test`],
      ports: [{ number: PORTS[index % PORTS.length], name: 'http', protocol: 'HTTP' }],
      resolution: 'STATIC',
      location: 'MESH_INTERNAL',
      endpoints: addresses.map((address) => ({ address, labels: { app: `s${index}` } })),
    },
  };
}

export function virtualService(index: number, change: number): StoredObject {
  const host = `s${index}.bench.test`;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `s${index}`, namespace: namespaceOf(index) },
    spec: {
      hosts: [host],
      http: [
        {
          headers: { request: { set: { 'x-bench': `${ROUTE_MARK}${change};` } } },
          route: [{ destination: { host } }],
        },
      ],
    },
  };
}

/** All services, and a VirtualService for every tenth. */
export function meshObjects({ services, endpoints }: MeshSize): readonly StoredObject[] {
  const objects: StoredObject[] = [];
  for (let index = 0; index < services; index++) {
    objects.push(service(index, endpoints));
    if (index % 10 === 0) objects.push(virtualService(index, 0));
  }
  return objects;
}
