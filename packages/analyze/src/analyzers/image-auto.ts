import type { PodSpec } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';
import { matchesSelector } from '../selector.ts';
import { SIDECAR } from '../workload.ts';

/** `auto` stands for the image that the injector will put in its place. */
function waitsForInjector({ containers = [] }: PodSpec): boolean {
  return containers.some(({ name, image }) => name === SIDECAR && image === 'auto');
}

/** Containers with the image `auto` that no injector has replaced, or will. */
export const imageAuto: Analyzer = {
  name: 'injection.ImageAutoAnalyzer',
  codes: ['IST0146', 'IST0147'],
  analyze(objects, tell) {
    for (const pod of objects.of('Pod')) {
      if (waitsForInjector(pod.spec)) tell('IST0147', pod, 'spec.containers', { kind: 'pod', name: pod.metadata.name });
    }
    const webhooks = objects
      .of('MutatingWebhookConfiguration')
      .flatMap(({ spec }) => spec.webhooks ?? [])
      .filter(({ name = '' }) => name.endsWith('istio.io'));
    for (const deployment of objects.of('Deployment')) {
      const { metadata, spec } = deployment;
      if (!waitsForInjector(spec.template?.spec ?? {})) continue;
      const namespace = metadata.namespace === '' ? 'default' : metadata.namespace;
      const namespaceLabels = objects.find('Namespace', '', namespace)?.metadata.labels ?? {};
      const podLabels = spec.template?.metadata?.labels ?? {};
      const injected = webhooks.some(
        ({ namespaceSelector, objectSelector }) =>
          matchesSelector(namespaceSelector, namespaceLabels) && matchesSelector(objectSelector, podLabels),
      );
      if (injected) continue;
      tell('IST0146', deployment, 'spec.template.spec.containers', { kind: 'deployment', name: metadata.name });
    }
  },
};
