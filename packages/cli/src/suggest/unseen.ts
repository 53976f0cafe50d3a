import { type Resource, resourcesOf } from '@weft/config';
import type { Call } from './calls.ts';

/** What no call was seen of: a Sidecar that leaves it out may be wrong about it. */
export function unseen(
  calls: readonly Call[],
  resources: readonly Resource[],
  namespace: string | undefined,
  watched: ReadonlySet<string> = described(resources),
): readonly string[] {
  const here = (each: string): boolean => namespace === undefined || each === namespace;
  const callers = new Set(calls.map((call) => `${call.namespace}/${call.app}`));
  const called = new Set(calls.map(({ host }) => host));
  const silent = [...watched].filter((caller) => here(caller.split('/')[0] ?? '') && !callers.has(caller));
  const hosts = [
    ...resourcesOf(resources, 'Service').map(({ metadata }) => `${metadata.name}.${metadata.namespace}.svc`),
    ...resourcesOf(resources, 'ServiceEntry').flatMap(({ spec }) => spec.hosts ?? []),
  ].filter((host) => ![...called].some((each) => each === host || each.startsWith(`${host}.`)));
  const told: string[] = [];
  if (silent.length > 0)
    told.push(`no call by ${silent.sort().join(', ')}: no Sidecar is suggested for what was not seen calling`);
  if (hosts.length > 0) told.push(`no call to ${[...new Set(hosts)].sort().join(', ')}`);
  const unlabelled = [
    ...new Set(calls.filter(({ labelled }) => !labelled).map((call) => `${call.namespace}/${call.app}`)),
  ];
  if (unlabelled.length > 0)
    told.push(`${unlabelled.join(', ')} have no label app to select them by; --per namespace includes them`);
  return told;
}

/** `namespace/app` of the workloads that are written down, gateways left out. */
function described(resources: readonly Resource[]): ReadonlySet<string> {
  const workloads = [
    ...resourcesOf(resources, 'WorkloadEntry').map(({ metadata, spec }) => ({
      namespace: metadata.namespace,
      labels: { ...metadata.labels, ...spec.labels },
    })),
    ...resourcesOf(resources, 'Pod').map(({ metadata }) => metadata),
  ];
  const apps = workloads.flatMap(({ labels, namespace }) => {
    const { app, istio } = labels;
    return app === undefined || istio !== undefined ? [] : [`${namespace}/${app}`];
  });
  return new Set(apps);
}
