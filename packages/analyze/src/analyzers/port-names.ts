import type { ServicePort } from '@weft/config';
import { protocolOfPort } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { isControlPlane } from '../workload.ts';

const MANAGED = 'gateway.istio.io/managed';
/** Controllers whose services nobody writes. */
const CONTROLLERS: ReadonlySet<string> = new Set([
  'istio.io-gateway-controller',
  'istio.io-mesh-controller',
  'istio.io-eastwest-controller',
]);

function isUndeclared({ port = 0, name = '', protocol = 'TCP', appProtocol }: ServicePort): boolean {
  return protocolOfPort({ number: port, name, transport: protocol, appProtocol }) === 'auto';
}

/** Ports that do not say what is spoken on them. */
export const portNames: Analyzer = {
  name: 'service.PortNameAnalyzer',
  codes: ['IST0118', 'IST0150'],
  analyze(objects, tell) {
    for (const service of objects.of('Service')) {
      const { metadata, spec } = service;
      if (isControlPlane(metadata) || CONTROLLERS.has(metadata.labels[MANAGED] ?? '')) continue;
      const external = spec.type === 'ExternalName';
      for (const [i, port] of (spec.ports ?? []).entries()) {
        if (!isUndeclared(port) && !(external && port.name === 'tcp')) continue;
        const at = `spec.ports[${i}].port`;
        if (external) tell('IST0150', service, at, {});
        else {
          const { name = '', port: number = 0, targetPort: target = number } = port;
          tell('IST0118', service, at, { name, port: number, target });
        }
      }
    }
  },
};
