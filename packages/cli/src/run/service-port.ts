import type { ApiObject } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';
import type { WorkloadPort } from '../local/workload.ts';

interface ServicePortJson {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number | string | undefined;
}

/** The ports of a Service as the API gives it; entries that are no ports cannot be there, validation refused them. */
function portsOf(service: ApiObject): readonly ServicePortJson[] {
  const { spec } = service;
  if (typeof spec !== 'object' || spec === null || !('ports' in spec) || !Array.isArray(spec.ports)) return [];
  return spec.ports.map((port) => ({
    name: typeof port.name === 'string' ? port.name : '',
    port: Number(port.port),
    targetPort: port.targetPort,
  }));
}

/**
 * Which port of the Service the program answers: the one asked for, or the only one, or the one whose port or targetPort equals the
 * program's own.
 */
export function chooseServicePort(
  service: ApiObject,
  asked: { readonly port: number; readonly servicePort: number | undefined },
): WorkloadPort {
  const ports = portsOf(service);
  const chosen =
    asked.servicePort === undefined
      ? ((ports.length === 1 ? ports[0] : undefined) ??
        ports.find((port) => port.port === asked.port || Number(port.targetPort) === asked.port))
      : ports.find((port) => port.port === asked.servicePort);
  const { name } = service.metadata;
  if (chosen === undefined) {
    const have = ports.map((port) => `${port.port}${port.name === '' ? '' : ` (${port.name})`}`).join(', ');
    throw new Failure(
      'usage',
      `Service ${name} has the ports ${have}; which of them does the program answer?`,
      '--service-port <port>',
    );
  }
  if (chosen.name === '') {
    // WorkloadEntry.ports is keyed by port name; without one Istio takes the target port, which is our sidecar's only by chance.
    throw new Failure('invalidConfig', `port ${chosen.port} of Service ${name} has no name`, 'name it, such as "http"');
  }
  return { name: chosen.name, servicePort: chosen.port, appPort: asked.port };
}

/** Whether a Service selects a workload with these labels; a Service without a selector selects none. */
export function selects(service: ApiObject, labels: Readonly<Record<string, string>>): boolean {
  const { spec } = service;
  if (typeof spec !== 'object' || spec === null || !('selector' in spec)) return false;
  const { selector } = spec;
  if (typeof selector !== 'object' || selector === null) return false;
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** The Service that `--expose` creates, and that the advice shows. */
export function exposingService(workload: {
  readonly app: string;
  readonly namespace: string;
  readonly port: number;
  readonly servicePort: number | undefined;
  readonly protocol: string;
}): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: workload.app, namespace: workload.namespace },
    spec: {
      selector: { app: workload.app },
      ports: [{ name: workload.protocol, port: workload.servicePort ?? workload.port, targetPort: workload.port }],
    },
  };
}
