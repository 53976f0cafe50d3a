import type { Metadata } from '@weft/xds/gen/envoy/config/core/v3/base_pb';

/** The service that a cluster stands for, as `istio_*` metrics name it. Interned by LabelTable: compared by identity. */
export interface ServiceLabels {
  /** The host: `orders.shop.svc.cluster.local`. */
  readonly host: string;
  /** `orders`. */
  readonly name: string;
  readonly namespace: string;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Reads `metadata.filter_metadata.istio.services[0]` (`{ host, name, namespace }`), which the control plane puts on every cluster.
 * The PassthroughCluster and BlackHoleCluster have none: their own name stands for the service, as Istio reports them.
 */
export function serviceOfCluster(metadata: Metadata | undefined, clusterName: string): ServiceLabels {
  const services = metadata?.filterMetadata['istio']?.['services'];
  const first = Array.isArray(services) ? services[0] : undefined;
  if (typeof first === 'object' && first !== null && !Array.isArray(first)) {
    return { host: text(first['host']), name: text(first['name']), namespace: text(first['namespace']) };
  }
  return { host: clusterName, name: clusterName, namespace: '' };
}
