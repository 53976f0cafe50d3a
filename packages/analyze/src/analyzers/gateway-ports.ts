import type { Resource } from '@weft/config';
import { selects } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import type { Objects } from '../objects.ts';
import { formatLabels, labelPath } from '../selector.ts';

/** Ports of a gateway pod that can be reached through its services; a gateway may be written with either side of the mapping. */
function servedPorts(pod: Resource<'Pod'>, objects: Objects, served: Set<number>): void {
  for (const { metadata, spec } of objects.of('Service')) {
    if (metadata.namespace !== pod.metadata.namespace || !selects(spec.selector ?? {}, pod.metadata.labels)) continue;
    for (const { port, protocol = 'TCP', targetPort } of spec.ports ?? []) {
      if (protocol !== 'TCP' || port === undefined) continue;
      served.add(port);
      const target = Number(targetPort ?? 0);
      if (Number.isInteger(target) && target !== 0) served.add(target);
    }
  }
}

/** Gateways whose workloads do not exist, or whose port no service opens. */
export const gatewayPorts: Analyzer = {
  name: 'gateway.IngressGatewayPortAnalyzer',
  codes: ['IST0101', 'IST0162'],
  analyze(objects, tell) {
    for (const gateway of objects.of('Gateway')) {
      const { selector = {}, servers = [] } = gateway.spec;
      const pods = objects.of('Pod').filter((pod) => selects(selector, pod.metadata.labels));
      const at = labelPath('spec.selector', selector);
      if (pods.length === 0) {
        if (!objects.workloadsKnown) continue;
        tell('IST0101', gateway, at, { kind: 'workload with the labels', value: formatLabels(selector) });
        continue;
      }
      const served = new Set<number>();
      for (const pod of pods) servedPorts(pod, objects, served);
      for (const [i, { port }] of servers.entries()) {
        if (port === undefined || served.has(port.number ?? 0)) continue;
        const args = { port: port.number ?? 0, selector: formatLabels(selector) };
        tell('IST0162', gateway, `spec.servers[${i}].port.number`, args);
      }
    }
  },
};
