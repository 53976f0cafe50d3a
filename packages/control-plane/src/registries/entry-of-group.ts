/** WorkloadGroup + connecting proxy → WorkloadEntry (pilot/pkg/autoregistration/controller.go, workloadEntryFromGroup). Pure. */
import { isJsonObject, type JsonObject } from '@weft/config';
import type { Node } from '@weft/mesh';
import type { StoredObject } from '../store/object.ts';

/** The annotations Istio keeps on such entries (istio.io/docs/reference/config/annotations). */
export const ANNOTATIONS = {
  group: 'istio.io/autoRegistrationGroup',
  controller: 'istio.io/workloadController',
  connectedAt: 'istio.io/connectedAt',
  disconnectedAt: 'istio.io/disconnectedAt',
  /** Present: the proxy may report health. `true`: what it reports counts. */
  healthChecks: 'proxy.istio.io/health-checks-enabled',
} as const;

const ADMIN_ADDRESS = 'weft.dev/admin-address';
const LOCALITY_LABEL = 'istio-locality';
const MAX_NAME = 253;

/** What the metadata of a node says about its registration. */
export interface RegistrationWish {
  readonly group: string;
  /** An entry that exists, whose health this proxy reports. */
  readonly entry: string;
  readonly hasProbe: boolean;
  readonly adminAddress: string;
  /** Port name → port to register, where it differs from the template: ours, for several workloads on one machine. */
  readonly ports: Readonly<Record<string, number>> | undefined;
}

export function registrationWish(metadata: unknown): RegistrationWish {
  const fields = isJsonObject(metadata) ? metadata : {};
  const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
  const proxyConfig = fields['PROXY_CONFIG'];
  const said = fields['INBOUND_PORTS'];
  const ports = isJsonObject(said)
    ? Object.fromEntries(
        Object.entries(said).flatMap(([name, port]) => (typeof port === 'number' ? [[name, port]] : [])),
      )
    : undefined;
  return {
    group: text('AUTO_REGISTER_GROUP'),
    entry: text('WORKLOAD_ENTRY'),
    hasProbe: isJsonObject(proxyConfig) && isJsonObject(proxyConfig['readinessProbe']),
    adminAddress: text('ADMIN_ADDRESS'),
    ports,
  };
}

/** `<group>-<address>[-<network>]`; proxies that share an address add their own names. */
export function registeredName(group: string, node: Node): string {
  const parts = [group, node.ip.replaceAll(':', '-')];
  if (node.network !== '') parts.push(node.network);
  if (node.ip === '127.0.0.1') parts.push(node.name);
  return parts.join('-').slice(-MAX_NAME);
}

/** Labels of the node count before those of the group, and these before the template's. */
export function entryOfGroup(group: StoredObject, name: string, node: Node, wish: RegistrationWish): StoredObject {
  const { spec, metadata } = group;
  const template = objectIn(spec, 'template');
  const given = objectIn(spec, 'metadata');
  const { [LOCALITY_LABEL]: _, ...nodeLabels } = node.labels;
  const labels = { ...objectIn(template, 'labels'), ...objectIn(given, 'labels'), ...nodeLabels };
  const locality = [node.locality.region, node.locality.zone, node.locality.subZone].filter((part) => part !== '');
  return {
    apiVersion: group.apiVersion,
    kind: 'WorkloadEntry',
    metadata: {
      name,
      namespace: node.namespace,
      labels: strings(labels),
      annotations: {
        ...strings(objectIn(given, 'annotations')),
        [ANNOTATIONS.group]: metadata.name,
        ...(wish.hasProbe && { [ANNOTATIONS.healthChecks]: 'true' }),
        ...(wish.adminAddress !== '' && { [ADMIN_ADDRESS]: wish.adminAddress }),
      },
      ...(metadata.uid !== undefined && {
        ownerReferences: [
          {
            apiVersion: group.apiVersion,
            kind: 'WorkloadGroup',
            name: metadata.name,
            uid: metadata.uid,
            controller: true,
          },
        ],
      }),
    },
    spec: {
      ...template,
      address: node.ip,
      labels,
      ...(node.network !== '' && { network: node.network }),
      ...(locality.length > 0 && { locality: locality.join('/') }),
      ...(wish.ports !== undefined && { ports: wish.ports }),
    },
  };
}

function objectIn(value: unknown, field: string): JsonObject {
  const inner = isJsonObject(value) ? value[field] : undefined;
  return isJsonObject(inner) ? inner : {};
}

function strings(object: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, String(value)]));
}
