/** A service of Consul's catalog → a ServiceEntry with its endpoints. Pure. */
import { isIP } from 'node:net';
import { isJsonObject, type JsonObject } from '@weft/config';
import type { StoredObject } from '../../store/object.ts';

export const REGISTRY_LABEL = 'weft.dev/registry';
export const SERVICE_ANNOTATION = 'weft.dev/consul-service';
export const DATACENTRE_ANNOTATION = 'weft.dev/consul-datacentre';

export interface ConsulPlace {
  /** Where the objects go. */
  readonly namespace: string;
  /** The datacentre whose services also have names without one: the agent's own. */
  readonly isLocal: boolean;
}

interface Instance {
  readonly address: string;
  readonly port: number;
  readonly datacentre: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly protocol: string;
  readonly weight: number;
  readonly locality: string;
  readonly healthy: boolean;
}

const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const PROTOCOLS = ['http', 'http2', 'grpc', 'tcp', 'tls', 'https', 'mongo', 'mysql', 'redis'];

/** The object's name in a datacentre; Consul's names may have capitals and underscores, ours may not. */
function entryName(service: string, datacentre: string, { isLocal }: ConsulPlace): string {
  const name = service
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return isLocal ? name : `${name}.${datacentre}`;
}

/**
 * `GET /v1/health/service/<service>` → ServiceEntry `<service>.service.consul`, as Consul's own DNS calls it. Undefined when there is nothing in it
 * to call: no instance, or sidecar proxies only. An instance with a critical check (maintenance is one) is left out; a warning lowers its weight.
 */
export function consulServiceEntry(service: string, body: unknown, place: ConsulPlace): StoredObject | undefined {
  const instances = Array.isArray(body) ? body.flatMap((each) => instanceOf(each) ?? []) : [];
  const [first] = instances;
  if (first === undefined) return undefined;
  const { datacentre } = first;
  const protocol = instances.find((each) => each.protocol !== '')?.protocol ?? 'tcp';
  const host = `${service.toLowerCase()}.service`;
  const healthy = instances.filter((each) => each.healthy);
  const byName = healthy.some(({ address }) => isIP(address) === 0);
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: {
      name: entryName(service, datacentre, place),
      namespace: place.namespace,
      labels: { [REGISTRY_LABEL]: 'consul' },
      annotations: { [SERVICE_ANNOTATION]: service, [DATACENTRE_ANNOTATION]: datacentre },
    },
    spec: {
      hosts: [...(place.isLocal ? [`${host}.consul`] : []), `${host}.${datacentre}.consul`],
      location: 'MESH_INTERNAL',
      resolution: byName ? 'DNS' : 'STATIC',
      ports: [{ number: servicePort(instances), name: protocol, protocol: protocol.toUpperCase() }],
      endpoints: healthy.map(({ address, port, labels, weight, locality }) => ({
        address,
        ports: { [protocol]: port },
        labels,
        weight,
        locality,
      })),
    },
  };
}

/** The port most instances have, so that one on another port does not move the service; the lowest of several. */
function servicePort(instances: readonly Instance[]): number {
  const counts = new Map<number, number>();
  for (const { port } of instances) counts.set(port, (counts.get(port) ?? 0) + 1);
  const [best = [0, 0]] = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return best[0];
}

function instanceOf(entry: unknown): Instance | undefined {
  if (!isJsonObject(entry)) return undefined;
  const node = objectIn(entry, 'Node');
  const service = objectIn(entry, 'Service');
  const port = Number(service['Port']);
  // Kinds other than the plain service are Consul's own proxies and gateways.
  if (textIn(service, 'Kind') !== '' || !(port > 0 && port <= 65_535)) return undefined;
  const address = textIn(service, 'Address') || textIn(node, 'Address');
  if (address === '') return undefined;
  const datacentre = textIn(node, 'Datacenter');
  const meta = objectIn(service, 'Meta');
  const status = statusOf(entry['Checks']);
  const weights = objectIn(service, 'Weights');
  const said = textIn(meta, 'protocol').toLowerCase();
  const locality = objectIn(service, 'Locality');
  return {
    address,
    port,
    datacentre,
    labels: labelsOf(service['Tags'], meta),
    protocol: PROTOCOLS.includes(said) ? said : '',
    weight: Math.max(1, Number(weights[status === 'warning' ? 'Warning' : 'Passing'] ?? 1) || 1),
    locality: [textIn(locality, 'Region') || datacentre, textIn(locality, 'Zone')]
      .filter((part) => part !== '')
      .join('/'),
    healthy: status !== 'critical',
  };
}

/** The worst of the instance's checks and its node's. */
function statusOf(checks: unknown): 'passing' | 'warning' | 'critical' {
  const found = Array.isArray(checks) ? checks.filter(isJsonObject).map((check) => textIn(check, 'Status')) : [];
  if (found.includes('critical') || found.includes('maintenance')) return 'critical';
  return found.includes('warning') ? 'warning' : 'passing';
}

/** Meta as it is, tags `key=value` as labels, other tags as `consul.tag/<tag>`; what Kubernetes would not take as a label is left out. */
function labelsOf(tags: unknown, meta: JsonObject): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  const add = (name: string, value: string): void => {
    if (LABEL_NAME.test(name) && LABEL_VALUE.test(value)) labels[name] = value;
  };
  for (const tag of Array.isArray(tags) ? tags : []) {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(String(tag)) ?? [];
    if (name !== undefined) add(name, value ?? '');
    else if (LABEL_NAME.test(String(tag))) labels[`consul.tag/${tag}`] = 'true';
  }
  for (const [name, value] of Object.entries(meta)) add(name, String(value));
  return labels;
}

function objectIn(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}

function textIn(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === 'string' ? value : '';
}
