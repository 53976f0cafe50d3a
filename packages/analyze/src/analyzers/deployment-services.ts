import type { Resource } from '@weft/config';
import { selects } from '@weft/mesh';
import type { Analyzer, Tell } from '../analyzer.ts';
import { fullName, type Objects } from '../objects.ts';
import { isDeploymentInMesh } from '../workload.ts';

type Deployment = Resource<'Deployment'>;
type Service = Resource<'Service'>;

function servicesOf({ metadata, spec }: Deployment, objects: Objects): readonly Service[] {
  const labels = spec.template?.metadata?.labels ?? {};
  return objects.of('Service').filter(({ metadata: { namespace }, spec: { selector = {} } }) => {
    return namespace === metadata.namespace && Object.keys(selector).length > 0 && selects(selector, labels);
  });
}

/** Groups what services say of their ports: key → detail → the services that say it. */
class Groups {
  readonly #byKey = new Map<string, Map<string, Set<string>>>();

  add(key: string, detail: string, service: string): void {
    const details = this.#byKey.get(key) ?? new Map<string, Set<string>>();
    this.#byKey.set(key, details);
    const services = details.get(detail) ?? new Set();
    details.set(detail, services.add(service));
  }

  /** The keys that have more than one detail. */
  *conflicts(): Generator<{ readonly key: string; readonly details: string; readonly services: string }> {
    for (const [key, details] of this.#byKey) {
      if (details.size < 2) continue;
      const services = [...new Set([...details.values()].flatMap((names) => [...names]))].sort().join(', ');
      yield {
        key,
        details: [...details.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', '),
        services,
      };
    }
  }
}

function check(deployment: Deployment, services: readonly Service[], tell: Tell): void {
  const protocols = new Groups();
  const targets = new Groups();
  for (const service of services) {
    for (const { port = 0, protocol = 'TCP', targetPort } of service.spec.ports ?? []) {
      const target = targetPort === undefined || targetPort === 0 || targetPort === '' ? port : targetPort;
      protocols.add(String(port), protocol, fullName(service));
      targets.add(String(target), String(port), fullName(service));
    }
  }
  const { name } = deployment.metadata;
  for (const { key, services: names } of protocols.conflicts()) {
    tell('IST0116', deployment, 'metadata.name', { deployment: name, port: key, services: names });
  }
  for (const { key, details, services: names } of targets.conflicts()) {
    tell('IST0137', deployment, 'metadata.name', { deployment: name, target: key, ports: details, services: names });
  }
}

/** Services that select the same pods and disagree about their ports. */
export const deploymentServices: Analyzer = {
  name: 'deployment.ServiceAssociationAnalyzer',
  codes: ['IST0116', 'IST0137'],
  analyze(objects, tell) {
    for (const deployment of objects.of('Deployment')) {
      const waypoint = deployment.metadata.labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller';
      if (!waypoint && isDeploymentInMesh(deployment, objects))
        check(deployment, servicesOf(deployment, objects), tell);
    }
  },
};
