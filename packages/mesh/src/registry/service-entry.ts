import type { Resource } from '@weft/config';
import { refOf } from '../object-ref.ts';
import { parseProtocol } from '../protocol.ts';
import type { Resolution } from '../service.ts';
import { visibilityOf } from '../visibility.ts';
import { type AutoAddresses, autoAddressKey } from './auto-address.ts';
import type { ServiceShape } from './kubernetes-service.ts';

const RESOLUTION: Readonly<Record<string, Resolution>> = {
  NONE: 'passthrough',
  STATIC: 'client-side-lb',
  DNS: 'dns-lb',
  DNS_ROUND_ROBIN: 'dns-round-robin-lb',
  DYNAMIC_DNS: 'dynamic-dns',
};

/**
 * ServiceEntry → one service shape per host. `location` is MESH_EXTERNAL and `resolution` NONE unless said
 * (istio.io/docs/reference/config/networking/service-entry).
 */
export function serviceEntryServices(
  resource: Resource<'ServiceEntry'>,
  exportTo: readonly string[],
  auto: AutoAddresses,
): readonly ServiceShape[] {
  const { spec, metadata } = resource;
  const ref = refOf(resource);
  const visibility = visibilityOf(spec.exportTo, ref.namespace, exportTo);
  const ports = (spec.ports ?? []).map((port) => ({
    name: port.name ?? '',
    number: port.number ?? 0,
    protocol: parseProtocol(port.protocol ?? ''),
  }));
  return (spec.hosts ?? []).map((host) => ({
    hostname: host,
    namespace: ref.namespace,
    name: ref.name,
    registry: 'External',
    ports,
    addresses: spec.addresses ?? [],
    autoAddresses: auto.get(autoAddressKey(ref.namespace, host)) ?? [],
    resolution: RESOLUTION[spec.resolution ?? 'NONE'] ?? 'passthrough',
    meshExternal: spec.location !== 'MESH_INTERNAL',
    headless: false,
    publishNotReady: false,
    labels: metadata.labels,
    workloadSelector: spec.workloadSelector?.labels ?? {},
    exportTo: visibility,
    subjectAltNames: spec.subjectAltNames ?? [],
    externalName: undefined,
    origin: ref,
  }));
}
