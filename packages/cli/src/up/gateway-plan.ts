import { type Resource, resourcesOf } from '@weft/config';
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

/**
 * One gateway proxy for each distinct selector of the Gateways: its labels are the selector's, its name comes from the label `istio`.
 * The ingress gateway comes first and gets the usual ports.
 */
export function planGateways(resources: readonly Resource[], options: GatewayPlanOptions): readonly LocalGateway[] {
  const bySelector = new Map<string, { labels: Readonly<Record<string, string>>; ports: Set<number> }>();
  for (const { spec } of resourcesOf(resources, 'Gateway')) {
    const labels = spec.selector ?? {};
    const key = JSON.stringify(Object.entries(labels).sort());
    const entry = bySelector.get(key) ?? { labels, ports: new Set<number>() };
    bySelector.set(key, entry);
    for (const server of spec.servers ?? []) if (server.port?.number !== undefined) entry.ports.add(server.port.number);
  }
  const sorted = [...bySelector.values()].sort((a, b) => rank(a.labels) - rank(b.labels));
  return sorted.map(({ labels, ports }, i) => {
    const offset = options.offset + i * STEP;
    const short = labels['istio'] ?? labels['app'] ?? (i === 0 ? 'ingressgateway' : `gateway-${i + 1}`);
    const name = short.startsWith('istio-') ? short : `istio-${short}`;
    return {
      name,
      namespace: 'istio-system',
      // A Gateway without a selector is served by every gateway, whatever its labels.
      labels: Object.keys(labels).length === 0 ? { istio: 'ingressgateway' } : labels,
      address: options.address,
      ports: i === 0 ? options.firstPorts : gatewayPorts(offset),
      portMap: mapGatewayPorts(ports, { offset, http: i === 0 ? options.httpPort : undefined }),
    };
  });
}

function rank(labels: Readonly<Record<string, string>>): number {
  return labels['istio'] === 'ingressgateway' ? 0 : 1;
}
