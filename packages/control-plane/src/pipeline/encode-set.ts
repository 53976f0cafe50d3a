import { LayeredMap } from '@weft/base';
import type { TranslatedResources } from '@weft/translate';
import {
  encodeResource,
  forEachKind,
  type ResourceKind,
  type ResourceMessage,
  type XdsResource,
  type XdsSet,
} from '@weft/xds';

type Resources = ReadonlyMap<string, XdsResource>;
type MessagesByKind = Readonly<Record<ResourceKind, ReadonlyMap<string, ResourceMessage<ResourceKind>>>>;
type ClusterPart = Pick<TranslatedResources, 'cluster' | 'endpoint'>;

/** What the last proxy with a part held, and what its endpoints became; undefined when its clusters change too. */
interface Patch {
  readonly clusters: Resources;
  readonly before: Resources;
  readonly after: Resources | undefined;
}

const NO_MESSAGES: ReadonlyMap<string, never> = new Map<string, never>();

/** Maps made from nothing are compared with at most this many others. */
const MAX_CANDIDATES = 64;

/** Resources over a shared base, by what they are. */
type Upper = Map<string, Resources>;

/**
 * Turns translated messages into sets of encoded resources. A message that is the same object as before is not encoded again, a map of
 * messages that proxies share becomes a map of resources that they share, and so do maps that come out equal: the server then sees at
 * once what changed, and remembers one reference per proxy instead of thousands of versions.
 */
export class SetEncoder {
  readonly #encoded: Readonly<Record<ResourceKind, WeakMap<object, XdsResource>>> = forEachKind(() => new WeakMap());
  readonly #wholes: Readonly<Record<ResourceKind, WeakMap<object, Resources>>> = forEachKind(() => new WeakMap());
  /** Proxies on one base whose own resources are equal share one map. */
  #uppers = new WeakMap<Resources, Upper>();
  /** What became of a map in this generation; proxies that had the same mostly get the same again. */
  #successors = new WeakMap<Resources, Resources[]>();
  /** How many resources were put over the map before. With the same ones in it, two patches of that number are equal. */
  readonly #patches = new WeakMap<Resources, number>();
  #patched = new WeakMap<object, Patch>();
  #newest: Record<ResourceKind, Resources[]> = forEachKind(() => []);

  /** A new snapshot is about to be given to everybody. */
  startGeneration(): void {
    this.#uppers = new WeakMap();
    this.#successors = new WeakMap();
    this.#patched = new WeakMap();
    this.#newest = forEachKind(() => []);
  }

  /** `previous` is the set of the same proxy from before. */
  encode(translated: TranslatedResources, previous: XdsSet | undefined): XdsSet {
    const messages: Partial<MessagesByKind> = translated;
    return forEachKind((kind) => this.#kind(kind, messages[kind] ?? NO_MESSAGES, previous));
  }

  /**
   * `previous` with the clusters and endpoints of `part` put over it. Undefined when a cluster of `part` is not as before: its own content
   * changed, so this is more than a change of endpoints. Proxies that share `part` and held the same maps get the same map.
   */
  patchEndpoints(part: ClusterPart, previous: XdsSet): XdsSet | undefined {
    const clusters = baseOf(previous.cluster);
    const known = this.#patched.get(part);
    const patch =
      known?.clusters === clusters && known.before === previous.endpoint
        ? known
        : { clusters, before: previous.endpoint, after: this.#patch(part, previous) };
    this.#patched.set(part, patch);
    const { after } = patch;
    if (after === undefined || after === previous.endpoint) return after && previous;
    return { ...previous, endpoint: after };
  }

  #patch(part: ClusterPart, previous: XdsSet): Resources | undefined {
    for (const [name, message] of part.cluster) {
      if (this.#one('cluster', name, message).version !== previous.cluster.get(name)?.version) return undefined;
    }
    const changed: XdsResource[] = [];
    for (const [name, message] of part.endpoint) {
      const resource = this.#one('endpoint', name, message);
      const held = previous.endpoint.get(name);
      if (held === undefined) return undefined;
      if (held.version !== resource.version) changed.push(resource);
    }
    return changed.length === 0 ? previous.endpoint : this.#withChanged(previous.endpoint, changed);
  }

  /** Proxies that held the same map and get the same changes share the new one. */
  #withChanged(before: Resources, changed: readonly XdsResource[]): Resources {
    const followed = this.#successors.get(before) ?? [];
    this.#successors.set(before, followed);
    const known = followed.find((map) => changed.every(({ name, version }) => map.get(name)?.version === version));
    if (known !== undefined && this.#patches.get(known) === changed.length) return known;
    const map = new Map(before);
    for (const resource of changed) map.set(resource.name, resource);
    followed.push(map);
    this.#patches.set(map, changed.length);
    return map;
  }

  #kind<K extends ResourceKind>(
    kind: K,
    messages: ReadonlyMap<string, ResourceMessage<K>>,
    previous: XdsSet | undefined,
  ): Resources {
    const before = previous?.[kind];
    if (!(messages instanceof LayeredMap)) return this.#whole(kind, messages, before);
    const base = this.#whole(kind, messages.base, before && baseOf(before));
    const own: XdsResource[] = [];
    for (const [name, message] of messages.own) own.push(this.#one(kind, name, message));
    const id = own.map(({ name, version }) => `${name}\0${version}`).join('\0');
    const uppers = this.#uppers.get(base) ?? new Map<string, Resources>();
    this.#uppers.set(base, uppers);
    const known = uppers.get(id);
    if (known !== undefined) return known;
    const unchanged = before instanceof LayeredMap && before.base === base && holdsExactly(before.own, own);
    const map = unchanged ? before : LayeredMap.over(base, byName(own));
    uppers.set(id, map);
    return map;
  }

  /** The same map again for the same messages, and for others that come out equal to what `before` was or became. */
  #whole<K extends ResourceKind>(
    kind: K,
    messages: ReadonlyMap<string, ResourceMessage<K>>,
    before: Resources | undefined,
  ): Resources {
    const known = this.#wholes[kind].get(messages);
    if (known !== undefined) return known;
    const resources: XdsResource[] = [];
    for (const [name, message] of messages) resources.push(this.#one(kind, name, message));
    const map = this.#equal(kind, resources, before) ?? byName(resources);
    this.#wholes[kind].set(messages, map);
    const newest = this.#newest[kind];
    if (newest.length < MAX_CANDIDATES && !newest.includes(map)) newest.push(map);
    if (before === undefined || before === map) return map;
    const followed = this.#successors.get(before);
    if (followed === undefined) this.#successors.set(before, [map]);
    else if (!followed.includes(map)) followed.push(map);
    return map;
  }

  #equal(kind: ResourceKind, resources: readonly XdsResource[], before: Resources | undefined): Resources | undefined {
    if (before !== undefined && holdsExactly(before, resources)) return before;
    const followed = before && this.#successors.get(before)?.find((map) => holdsExactly(map, resources));
    return followed ?? this.#newest[kind].find((map) => holdsExactly(map, resources));
  }

  #one<K extends ResourceKind>(kind: K, name: string, message: ResourceMessage<K>): XdsResource {
    const known = this.#encoded[kind].get(message);
    if (known !== undefined && known.name === name) return known;
    const resource = encodeResource(kind, name, message);
    this.#encoded[kind].set(message, resource);
    return resource;
  }
}

function baseOf(resources: Resources): Resources {
  return resources instanceof LayeredMap ? resources.base : resources;
}

function byName(resources: readonly XdsResource[]): Resources {
  return new Map(resources.map((resource) => [resource.name, resource]));
}

/** Equal by version: a message that was built anew with the same content counts as the same. */
function holdsExactly(map: Resources, resources: readonly XdsResource[]): boolean {
  if (map.size !== resources.length) return false;
  return resources.every((resource) => {
    const held = map.get(resource.name);
    return held === resource || held?.version === resource.version;
  });
}
