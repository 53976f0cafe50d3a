import type { Resource } from '@weft/config';
import { refOf } from '../object-ref.ts';
import { protocolOfPort } from '../protocol.ts';
import type { Resolution, Service } from '../service.ts';
import { visibilityOf } from '../visibility.ts';

const EXPORT_TO = 'networking.istio.io/exportTo';

/** A service before its endpoints and aliases are known. */
export type ServiceShape = Omit<Service, 'endpoints' | 'aliases' | 'definition'>;

/** Kubernetes Service → the shape of a service (pkg/kube/controller conversion, ConvertService). */
export function kubernetesService(
  resource: Resource<'Service'>,
  domain: string,
  exportTo: readonly string[],
): ServiceShape {
  const { spec, metadata } = resource;
  const ref = refOf(resource);
  const headless = spec.clusterIP === 'None';
  const external = spec.type === 'ExternalName' && spec.externalName !== undefined ? spec.externalName : undefined;
  const ips = spec.clusterIPs !== undefined && spec.clusterIPs.length > 0 ? spec.clusterIPs : [spec.clusterIP ?? ''];
  const said = metadata.annotations[EXPORT_TO];
  return {
    hostname: `${ref.name}.${ref.namespace}.svc.${domain}`,
    namespace: ref.namespace,
    name: ref.name,
    registry: 'Kubernetes',
    ports: (spec.ports ?? []).map((port) => ({
      name: port.name ?? '',
      number: port.port ?? 0,
      protocol: protocolOfPort({
        number: port.port ?? 0,
        name: port.name ?? '',
        transport: port.protocol ?? 'TCP',
        appProtocol: port.appProtocol,
      }),
    })),
    addresses: headless || external !== undefined ? [] : ips.filter((ip) => ip !== '' && ip !== 'None'),
    autoAddresses: [],
    resolution: resolutionOf(headless, external),
    meshExternal: false,
    headless,
    publishNotReady: spec.publishNotReadyAddresses === true,
    labels: metadata.labels,
    workloadSelector: {},
    exportTo: visibilityOf(
      said?.split(',').map((entry) => entry.trim()),
      ref.namespace,
      exportTo,
    ),
    subjectAltNames: [],
    externalName: external,
    origin: ref,
  };
}

function resolutionOf(headless: boolean, external: string | undefined): Resolution {
  if (external !== undefined) return 'alias';
  return headless ? 'passthrough' : 'client-side-lb';
}
