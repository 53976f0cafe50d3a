import type { PodSpec } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';
import { isControlPlane, SIDECAR } from '../workload.ts';

/** The user that sidecars run as: interception leaves its traffic alone. */
const SIDECAR_USER = 1337;

function runsAsSidecar({ securityContext, containers = [] }: PodSpec): boolean {
  return (
    securityContext?.runAsUser === SIDECAR_USER ||
    containers.some(
      (container) =>
        container.name !== SIDECAR &&
        container.name !== 'istio-operator' &&
        container.securityContext?.runAsUser === SIDECAR_USER,
    )
  );
}

/** Applications that run as the sidecar's user. */
export const applicationUid: Analyzer = {
  name: 'deployment.ApplicationUIDAnalyzer',
  codes: ['IST0144'],
  analyze(objects, tell) {
    for (const pod of objects.of('Pod')) {
      if (!isControlPlane(pod.metadata) && runsAsSidecar(pod.spec)) tell('IST0144', pod, 'spec', {});
    }
    for (const deployment of objects.of('Deployment')) {
      if (!isControlPlane(deployment.metadata) && runsAsSidecar(deployment.spec.template?.spec ?? {})) {
        tell('IST0144', deployment, 'spec.template.spec', {});
      }
    }
  },
};
