import { type Resource, resourcesOf } from '@weft/config';
import { GATEWAY_NAME_LABEL, servedGateways } from '@weft/mesh';
import type { ProxyPorts } from '../local/bootstrap.ts';
import { gatewayPorts, type LocalGateway, mapGatewayPorts } from '../local/gateway.ts';

export interface GatewayPlanOptions {
  readonly address: string;
  /** Added to the ports of the first gateway; the next ones are moved by a thousand more each. */
  readonly offset: number;
  /** Where port 80 of the first gateway is bound. */
  readonly httpPort: number | undefined;
  readonly firstPorts: ProxyPorts;
}

const STEP = 1000;

/** What one gateway proxy is for. */
interface Wanted {
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: Set<number>;
  /** As the Gateway API has it; else both follow from the labels. */
  readonly place: { readonly namespace: string; readonly name: string } | undefined;
}

/**
 * One gateway proxy for each distinct selector of the Gateways: its labels are the selector's, its name comes from the label `istio`. One
 * for each Gateway of the Gateway API, or for the Services that it names. The ingress gateway comes first and gets the usual ports.
 */
export function planGateways(resources: readonly Resource[], options: GatewayPlanOptions): readonly LocalGateway[] {
  const sorted = wantedGateways(resources).sort((a, b) => rank(a.labels) - rank(b.labels));
  return sorted.map(({ labels, ports, place }, i) => {
    const offset = options.offset + i * STEP;
    const short = labels['istio'] ?? labels['app'] ?? (i === 0 ? 'ingressgateway' : `gateway-${i + 1}`);
    const name = short.startsWith('istio-') ? short : `istio-${short}`;
    return {
      name: place?.name ?? name,
      namespace: place?.namespace ?? 'istio-system',
      // A Gateway without a selector is served by every gateway, whatever its labels.
      labels: Object.keys(labels).length === 0 ? { istio: 'ingressgateway' } : labels,
      address: options.address,
      ports: i === 0 ? options.firstPorts : gatewayPorts(offset),
      portMap: mapGatewayPorts(ports, { offset, http: i === 0 ? options.httpPort : undefined }),
    };
  });
}

function wantedGateways(resources: readonly Resource[]): Wanted[] {
  const found = new Map<string, Wanted>();
  const want = (labels: Wanted['labels'], ports: readonly number[], place: Wanted['place']): void => {
    // Proxies of the Gateway API serve Gateways of their own namespace.
    const key = JSON.stringify([Object.entries(labels).sort(), GATEWAY_NAME_LABEL in labels ? place?.namespace : '']);
    const entry = found.get(key) ?? { labels, ports: new Set<number>(), place };
    found.set(key, entry);
    for (const port of ports) entry.ports.add(port);
  };
  for (const { spec } of resourcesOf(resources, 'Gateway')) {
    want(
      spec.selector ?? {},
      (spec.servers ?? []).flatMap(({ port }) => port?.number ?? []),
      undefined,
    );
  }
  const known = resourcesOf(resources, 'Service');
  for (const { gateway, ports, services } of servedGateways(resources)) {
    const { name, namespace } = gateway.metadata;
    if (services === undefined) {
      want({ [GATEWAY_NAME_LABEL]: name }, ports, {
        namespace,
        name: `${name}-${gateway.spec.gatewayClassName ?? ''}`,
      });
    }
    for (const { metadata, spec } of known) {
      const isNamed = services?.includes(`${metadata.namespace}/${metadata.name}`) === true;
      if (isNamed) want(spec.selector ?? {}, ports, { namespace: metadata.namespace, name: metadata.name });
    }
  }
  return [...found.values()];
}

function rank(labels: Readonly<Record<string, string>>): number {
  return labels['istio'] === 'ingressgateway' ? 0 : 1;
}
