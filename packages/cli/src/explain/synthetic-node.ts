import { type Resource, resourcesOf } from '@weft/config';
import { decodeNode, type Node } from '@weft/mesh';
import { Failure } from '../command/failure.ts';

/** An address no workload has, for a caller that is not part of the files. */
const NOBODY = '127.255.255.254';
const NAMESPACE = 'default';

/**
 * The proxy a call starts from when there is only configuration: `gateway` or `gateway:<value of label istio>`, or the name of a workload,
 * `orders` or `orders.shop`. A workload that the files describe has its labels and address, another one only the label app.
 */
export function syntheticNode(from: string, resources: readonly Resource[]): Node {
  const fields =
    from === 'gateway' || from.startsWith('gateway:')
      ? gatewayFields(from, resources)
      : workloadFields(from, resources);
  const decoded = decodeNode(fields);
  if (!decoded.ok)
    throw new Failure('usage', `--from ${from}: ${decoded.issues.map((issue) => issue.message).join('; ')}`);
  return decoded.value;
}

interface Fields {
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly userAgentName: string;
}

function gatewayFields(from: string, resources: readonly Resource[]): Fields {
  const wanted = from.slice('gateway:'.length);
  const selectors = resourcesOf(resources, 'Gateway').map((gateway) => gateway.spec.selector ?? {});
  const labels = wanted === '' ? (selectors[0] ?? { istio: 'ingressgateway' }) : { istio: wanted };
  const name = `istio-${labels['istio'] ?? 'ingressgateway'}`;
  return {
    id: `router~127.0.0.1~${name}.istio-system~istio-system.svc.cluster.local`,
    metadata: { NAMESPACE: 'istio-system', LABELS: labels, INTERCEPTION_MODE: 'NONE' },
    userAgentName: 'weft',
  };
}

function workloadFields(from: string, resources: readonly Resource[]): Fields {
  const [name = from, namespace = NAMESPACE] = from.split('.');
  const entry = resourcesOf(resources, 'WorkloadEntry').find(
    ({ metadata, spec }) =>
      metadata.namespace === namespace && (metadata.name === name || spec.labels?.['app'] === name),
  );
  const labels = entry?.spec.labels ?? { app: name };
  const address = entry?.spec.address ?? NOBODY;
  return {
    id: `sidecar~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    metadata: { NAMESPACE: namespace, LABELS: labels, INTERCEPTION_MODE: 'NONE' },
    userAgentName: 'weft',
  };
}
