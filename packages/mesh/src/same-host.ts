import type { Labels } from './labels.ts';
import type { Service } from './service.ts';

const merged = new WeakMap<Service, WeakMap<Service, Service>>();

/**
 * What several objects declare for one host of one namespace together (pilot/pkg/model/sidecar.go, appendSidecarServices, and
 * endpointshards.go). Their endpoints serve the host together. A second ServiceEntry's ports are added to the first's when the two agree on
 * the rest; a Kubernetes service keeps its ports. The same object for the same two services.
 */
export function withSameHost(first: Service, second: Service): Service {
  const known = merged.get(first)?.get(second);
  if (known !== undefined) return known;
  const made = merge(first, second);
  const bySecond = merged.get(first) ?? new WeakMap<Service, Service>();
  merged.set(first, bySecond);
  bySecond.set(second, made);
  return made;
}

function merge(first: Service, second: Service): Service {
  const more = agree(first, second)
    ? second.ports.filter((port) => !first.ports.some(({ number }) => number === port.number))
    : [];
  const ports = more.length === 0 ? first.ports : [...first.ports, ...more];
  const named = (number: number, name: string): boolean =>
    ports.some((port) => port.number === number && port.name === name);
  // A second listener may import it once more.
  const known = new Set(first.endpoints);
  const shared = second.endpoints.filter(
    (endpoint) => !known.has(endpoint) && named(endpoint.servicePort, endpoint.servicePortName),
  );
  if (more.length === 0 && shared.length === 0) return first;
  return {
    ...first,
    ports,
    endpoints: [...first.endpoints, ...shared],
    definition: more.length === 0 ? first.definition : definitionOf(first.definition, second.definition),
  };
}

const definitions = new WeakMap<object, WeakMap<object, object>>();

function definitionOf(first: object, second: object): object {
  const bySecond = definitions.get(first) ?? new WeakMap<object, object>();
  definitions.set(first, bySecond);
  const made = bySecond.get(second) ?? {};
  bySecond.set(second, made);
  return made;
}

/** Whether two declarations say the same of the host, ports aside (canMergeServices). */
function agree(a: Service, b: Service): boolean {
  return (
    a.registry === 'External' &&
    b.registry === 'External' &&
    a.resolution === b.resolution &&
    sameLabels(a.labels, b.labels) &&
    sameLabels(a.workloadSelector, b.workloadSelector) &&
    sameSet([...a.exportTo], [...b.exportTo])
  );
}

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}
