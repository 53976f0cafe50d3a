import { isDeepStrictEqual } from 'node:util';
import type { MeshProxy, Node, Service, Snapshot } from '@weft/mesh';
import { type TranslatedResources, translateClusters } from '@weft/translate';
import type { ObjectKey } from '../store/object.ts';
import type { WatchEvent } from '../store/store.ts';

/** Kinds that a snapshot turns into services and endpoints, and into nothing else. */
const SERVICE_KINDS: ReadonlySet<string> = new Set([
  'ServiceEntry',
  'WorkloadEntry',
  'EndpointSlice',
  'Endpoints',
  'Pod',
]);

/** Whether the event most likely moves endpoints only. A wrong guess costs a push that comes early. */
export function isEndpointChange({ type, key }: WatchEvent): boolean {
  return SERVICE_KINDS.has(key.kind) && (type === 'MODIFIED' || key.kind !== 'ServiceEntry');
}

type Scope = MeshProxy['scope'];

/**
 * The step from one snapshot to the next when nothing but endpoints of some services changed. Proxies then need no new listeners and routes,
 * and only the clusters and endpoints of those services are looked at.
 */
export class EndpointChange {
  readonly #before: Snapshot;
  readonly #after: Snapshot;
  readonly #changed: ReadonlySet<string>;
  /** A proxy's scope, cut down to the changed services. Proxies of a namespace share theirs. */
  readonly #narrowed = new Map<Scope, Scope>();

  private constructor(before: Snapshot, after: Snapshot, changed: ReadonlySet<string>) {
    this.#before = before;
    this.#after = after;
    this.#changed = changed;
  }

  /** Undefined when more changed than endpoints. */
  static between(before: Snapshot, after: Snapshot, keys: Iterable<ObjectKey>): EndpointChange | undefined {
    for (const { kind } of keys) if (!SERVICE_KINDS.has(kind)) return undefined;
    if (before.services.length !== after.services.length || before.mesh !== after.mesh) return undefined;
    const changed = new Set<string>();
    for (const [index, service] of after.services.entries()) {
      const old = before.services[index];
      if (old === service) continue;
      if (old === undefined || !differsInEndpointsOnly(old, service)) return undefined;
      changed.add(nameOf(service));
    }
    return new EndpointChange(before, after, changed);
  }

  /** The clusters and endpoints of the changed services as this proxy sees them; undefined when the change touches the proxy's own inbound side. */
  translate(node: Node): Pick<TranslatedResources, 'cluster' | 'endpoint'> | undefined {
    if (!this.#sameInstances(node)) return undefined;
    return translateClusters(this.#after, { node, scope: this.#narrow(this.#after.scopeOf(node)) });
  }

  #narrow(scope: Scope): Scope {
    const known = this.#narrowed.get(scope);
    if (known !== undefined) return known;
    const services = scope.services.filter((service) => this.#changed.has(nameOf(service)));
    const narrowed = { ...scope, services, egress: [] };
    this.#narrowed.set(scope, narrowed);
    return narrowed;
  }

  #sameInstances(node: Node): boolean {
    const before = this.#before.instancesAt(node.ip);
    const after = this.#after.instancesAt(node.ip);
    if (before.length !== after.length) return false;
    return after.every(({ service, endpoint }, index) => {
      const old = before[index];
      return old?.service === service || isDeepStrictEqual(old?.endpoint, endpoint);
    });
  }
}

function nameOf(service: Service): string {
  return `${service.namespace}/${service.hostname}`;
}

/** Endpoints of a headless service, and of one without load balancing, show in listeners. */
function differsInEndpointsOnly(before: Service, after: Service): boolean {
  if (after.headless || after.resolution !== 'client-side-lb') return false;
  return isDeepStrictEqual(shapeOf(before), shapeOf(after));
}

function shapeOf(service: Service): object {
  const { endpoints, origin, definition, ...shape } = service;
  const { kind, namespace, name, creation } = origin;
  return { ...shape, origin: { kind, namespace, name, creation } };
}
