import { type Resource, resourcesOf, type VirtualServiceSpec } from '@weft/config';
import { resolveHost } from '@weft/mesh';
import type { Call } from './calls.ts';

/** A Sidecar as it is written. */
export interface SuggestedSidecar {
  readonly apiVersion: 'networking.istio.io/v1';
  readonly kind: 'Sidecar';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> };
    readonly egress: readonly { readonly hosts: readonly string[] }[];
  };
}

export interface Suggestion {
  readonly sidecar: SuggestedSidecar;
  /** Calls that it is made from. */
  readonly calls: readonly Call[];
  /** What a person should know before applying it. */
  readonly notes: readonly string[];
}

export interface SuggestInput {
  readonly calls: readonly Call[];
  /** The objects of the mesh. */
  readonly resources: readonly Resource[];
  readonly per: 'workload' | 'namespace';
  /** Only this one; undefined: all. */
  readonly namespace: string | undefined;
  readonly domain: string;
}

/** Always needed: the mesh's own services. */
const ROOT = 'istio-system';

/** One Sidecar for each caller seen, or for each namespace of callers, with the hosts that were called and those that lead to them. */
export function suggestSidecars(input: SuggestInput): readonly Suggestion[] {
  const { calls, namespace, per } = input;
  const wanted = calls.filter((call) => namespace === undefined || call.namespace === namespace);
  const groups = Map.groupBy(wanted, (call) =>
    per === 'namespace' ? call.namespace : `${call.namespace}/${call.app}`,
  );
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => suggestionOf(group, input));
}

function suggestionOf(calls: readonly Call[], input: SuggestInput): readonly Suggestion[] {
  const [first] = calls;
  if (first === undefined) return [];
  const { app, labelled, namespace } = first;
  const { per, resources } = input;
  const whole = per === 'namespace';
  const notes: string[] = [];
  if (!whole && !labelled) {
    // A Sidecar selects by labels; without one it would be for the whole namespace.
    return [];
  }
  const outside = calls.filter(({ host }) => host === '').reduce((sum, { count }) => sum + count, 0);
  if (outside > 0)
    notes.push(
      `${Math.round(outside)} calls went to hosts that the mesh does not know; outboundTrafficPolicy decides about those`,
    );
  const hosts = new Set(
    calls.filter(({ host }) => host !== '').map((call) => egressHost(call.host, call.hostNamespace, namespace)),
  );
  for (const { host, rule } of leadingHosts(calls, namespace, input)) {
    if (hosts.has(host)) continue;
    hosts.add(host);
    notes.push(`${host} is there because ${rule} sends its calls to a host that was called`);
  }
  if (hosts.size === 0) notes.push('no call to a service of the mesh was seen, so it sees none');
  const name = whole ? 'default' : app;
  const known = existing(resources, namespace, whole ? undefined : app);
  if (known !== undefined && known.metadata.name !== name)
    notes.push(
      `Sidecar ${namespace}/${known.metadata.name} selects the same workloads: delete it, or give this one its name`,
    );
  const egress = [{ hosts: [...[...hosts].sort(), `${ROOT}/*`] }];
  const spec = whole ? { egress } : { workloadSelector: { labels: { app } }, egress };
  const sidecar = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name, namespace },
    spec,
  } as const;
  return [{ sidecar, calls, notes }];
}

/** `./host` in the caller's own namespace. */
function egressHost(host: string, hostNamespace: string, namespace: string): string {
  return `${hostNamespace === namespace ? '.' : hostNamespace || '*'}/${host}`;
}

/** Metrics name the service that a rule chose; what the caller asked for is a host of the rule, and without it the rule is not seen. */
function leadingHosts(
  calls: readonly Call[],
  namespace: string,
  { resources, domain }: SuggestInput,
): readonly { readonly host: string; readonly rule: string }[] {
  const called = new Set(calls.map(({ host }) => host));
  return resourcesOf(resources, 'VirtualService').flatMap(({ metadata, spec }) => {
    const gateways = spec.gateways ?? [];
    if (gateways.length > 0 && !gateways.includes('mesh')) return [];
    const full = (host: string): string => resolveHost(host, metadata.namespace, domain);
    if (!destinationsOf(spec).some((host) => called.has(full(host)))) return [];
    const rule = `VirtualService ${metadata.namespace}/${metadata.name}`;
    return (spec.hosts ?? [])
      .map((host) => full(host))
      .filter((host) => host !== '*' && !called.has(host) && isInside(host, domain, resources))
      .map((host) => ({ host: egressHost(host, metadata.namespace, namespace), rule }));
  });
}

function destinationsOf(spec: VirtualServiceSpec): readonly string[] {
  const routes = [...(spec.http ?? []), ...(spec.tcp ?? []), ...(spec.tls ?? [])];
  return routes.flatMap(({ route = [] }) => route.flatMap(({ destination }) => destination?.host ?? []));
}

/** A host that workloads can call: of a service, or of an entry. Others are for gateways. */
function isInside(host: string, domain: string, resources: readonly Resource[]): boolean {
  if (host.endsWith(`.svc.${domain}`)) return true;
  return resourcesOf(resources, 'ServiceEntry').some(({ spec }) => spec.hosts?.includes(host) === true);
}

function existing(
  resources: readonly Resource[],
  namespace: string,
  app: string | undefined,
): Resource<'Sidecar'> | undefined {
  return resourcesOf(resources, 'Sidecar').find(({ metadata, spec }) => {
    const labels = spec.workloadSelector?.labels;
    if (metadata.namespace !== namespace) return false;
    return app === undefined ? labels === undefined : labels?.['app'] === app && Object.keys(labels).length === 1;
  });
}
