import { isJsonObject, parseDocuments, type Resource } from '@weft/config';
import type { Analyzer, Tell } from '../analyzer.ts';
import { fullName, type Objects } from '../objects.ts';
import { allContainers, SIDECAR } from '../workload.ts';

const INJECTION = 'istio-injection';
const REVISION = 'istio.io/rev';
const MODE = 'istio.io/dataplane-mode';

/** Whether the injector was installed to serve namespaces that do not ask for it. */
function isOnByDefault(objects: Objects): boolean {
  const injector = objects.of('ConfigMap').find(({ metadata }) => metadata.name === 'istio-sidecar-injector');
  const values = parseDocuments(injector?.spec.data?.['values'] ?? '', '').documents[0]?.raw;
  const webhook = isJsonObject(values) ? values['sidecarInjectorWebhook'] : undefined;
  return isJsonObject(webhook) && webhook['enableNamespacesByDefault'] === true;
}

function checkLabels(namespace: Resource<'Namespace'>, tell: Tell): void {
  const { labels } = namespace.metadata;
  const injection = labels[INJECTION];
  const deciding = injection === undefined ? [] : [INJECTION];
  // A namespace that refuses sidecars may still have the other labels: they then say nothing.
  if (injection === undefined || injection === 'enabled') {
    deciding.push(...[REVISION, MODE].filter((name) => labels[name] !== undefined));
  }
  if (deciding.length < 2) return;
  const listed = deciding.map((name) => `${name}=${labels[name]}`).join(', ');
  tell('IST0123', namespace, 'metadata.labels', { labels: listed });
}

/** Says what is doubtful about a namespace, and returns whether its pods must have a sidecar. */
function checkNamespace(namespace: Resource<'Namespace'>, onByDefault: boolean, tell: Tell): boolean {
  checkLabels(namespace, tell);
  const { name, labels } = namespace.metadata;
  if (labels[MODE] === 'ambient') return false;
  if ((labels[INJECTION] ?? '') === '' && labels[REVISION] === undefined) {
    if (onByDefault) tell('IST0148', namespace, 'metadata.name', {});
    else tell('IST0102', namespace, 'metadata.name', { namespace: name });
    return false;
  }
  return labels[INJECTION] === 'enabled';
}

function lacksSidecar({ metadata, spec }: Resource<'Pod'>): boolean {
  const inject = metadata.labels['sidecar.istio.io/inject'] ?? metadata.annotations['sidecar.istio.io/inject'] ?? '';
  if (inject.toLowerCase() === 'false' || spec.hostNetwork === true) return false;
  const sidecar = allContainers(spec).find((container) => container.name === SIDECAR);
  return (sidecar?.image ?? '') === '';
}

/** Namespaces that do not say whether their pods get sidecars, and pods that should have one and have none. */
export const injection: Analyzer = {
  name: 'injection.Analyzer',
  codes: ['IST0102', 'IST0103', 'IST0123', 'IST0148'],
  analyze(objects, tell) {
    const onByDefault = isOnByDefault(objects);
    const injected = new Set<string>();
    for (const namespace of objects.of('Namespace')) {
      const { name } = namespace.metadata;
      if (name !== 'istio-system' && checkNamespace(namespace, onByDefault, tell)) injected.add(name);
    }
    for (const pod of objects.of('Pod')) {
      if (injected.has(pod.metadata.namespace) && lacksSidecar(pod)) {
        tell('IST0103', pod, 'spec.containers', { pod: fullName(pod) });
      }
    }
  },
};
