import { create } from '@bufbuild/protobuf';
import { addressesFor, type MeshProxy, type Node, ownAddressFor, type Scope, type Service } from '@weft/mesh';
import {
  type NameTable,
  type NameTable_NameInfo,
  NameTable_NameInfoSchema,
  NameTableSchema,
} from '@weft/xds/gen/istio/networking/nds/v1/nds_pb';

/** Tables of the proxies that share a scope, by what else they depend on. */
const made = new WeakMap<Scope, Map<string, NameTable>>();

/**
 * The names a proxy answers DNS for, with their addresses (pkg/dns/server/name_table.go); undefined when it answers none.
 *
 * Without interception a virtual address leads nowhere: the proxy listens for every service on its own address, so that is the answer, or an address it keeps for the service.
 */
export function nameTable({ node, scope }: MeshProxy): NameTable | undefined {
  if (!node.dnsCapture) return undefined;
  const tables = made.get(scope) ?? new Map<string, NameTable>();
  made.set(scope, tables);
  const key = JSON.stringify([
    node.clusterId,
    node.ip.includes(':'),
    ownListeners(node) && [node.ip, node.unprivileged],
  ]);
  const known = tables.get(key) ?? build(node, scope);
  tables.set(key, known);
  return known;
}

function ownListeners(node: Node): boolean {
  return node.interception === 'NONE' && node.outboundListeners === 'all';
}

function build(node: Node, scope: Scope): NameTable {
  const table: Record<string, NameTable_NameInfo> = {};
  for (const egress of scope.egress) {
    for (const service of egress.services) {
      if (service.headless) addPods(table, service, node);
      add(table, service, addressesOf(service, node, scope));
    }
  }
  return create(NameTableSchema, { table });
}

function addressesOf(service: Service, node: Node, scope: Scope): readonly string[] {
  if (service.resolution === 'alias') {
    const target = scope.service(service.externalName ?? '');
    return target === undefined || target === service ? [] : addressesOf(target, node, scope);
  }
  if (service.headless) return [...new Set(podEndpoints(service, node).map(({ address }) => address))];
  if (ownListeners(node)) return reachableHere(service, node) ? [ownAddressFor(service, node) ?? node.ip] : [];
  // A CIDR block is no answer.
  return addressesFor(service, node).filter(isAddress);
}

/** Whether the proxy listens on every port of the service: a name must not lead where a port is missing that the real host has. */
function reachableHere(service: Service, node: Node): boolean {
  const ports = service.ports.filter(({ protocol }) => protocol !== 'udp');
  return ports.length > 0 && ports.every(({ number }) => !node.unprivileged || number >= 1024);
}

function podEndpoints(service: Service, node: Node): Service['endpoints'] {
  return service.endpoints.filter(
    (endpoint) =>
      (endpoint.ready || service.publishNotReady) &&
      endpoint.clusterId === node.clusterId &&
      isAddress(endpoint.address),
  );
}

/** Pods of a StatefulSet have names of their own: `<hostname>.<service>.<namespace>.svc.<domain>`. */
function addPods(table: Record<string, NameTable_NameInfo>, service: Service, node: Node): void {
  const byHost = Map.groupBy(
    podEndpoints(service, node).filter(({ hostname }) => hostname !== ''),
    ({ hostname }) => hostname,
  );
  for (const [hostname, endpoints] of byHost) {
    table[`${hostname}.${service.hostname}`] = create(NameTable_NameInfoSchema, {
      ips: [...new Set(endpoints.map(({ address }) => address))],
      registry: service.registry,
      shortname: `${hostname}.${service.name}`,
      namespace: service.namespace,
    });
  }
}

/** A Kubernetes service has the host to itself; several ServiceEntries share it. */
function add(table: Record<string, NameTable_NameInfo>, service: Service, addresses: readonly string[]): void {
  if (addresses.length === 0) return;
  const known = table[service.hostname];
  const isKubernetes = service.registry === 'Kubernetes';
  if (known !== undefined && !isKubernetes) {
    if (known.registry !== 'Kubernetes') known.ips = [...new Set([...known.ips, ...addresses])];
    return;
  }
  table[service.hostname] = create(NameTable_NameInfoSchema, {
    ips: [...addresses],
    registry: service.registry,
    ...(isKubernetes && { shortname: service.name, namespace: service.namespace }),
  });
}

function isAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) || (text.includes(':') && !text.includes('/'));
}
