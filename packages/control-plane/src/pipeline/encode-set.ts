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

/** Proxies that never had a set are compared with at most this many others. */
const MAX_CANDIDATES = 32;

/**
 * Turns translated messages into sets of encoded resources. A message that is the same object as before is not encoded again, and
 * proxies with equal resources of a kind share one map: the server then sees at once what changed, and remembers one reference per
 * proxy instead of thousands of versions.
 */
export class SetEncoder {
  readonly #encoded: Readonly<Record<ResourceKind, WeakMap<object, XdsResource>>> = forEachKind(() => new WeakMap());
  /** What became of a map in this generation; proxies that had the same mostly get the same again. */
  #successors = new WeakMap<Resources, Resources[]>();
  /** How many resources were put over the map before. With the same ones in it, two patches of that number are equal. */
  readonly #patches = new WeakMap<Resources, number>();
  #newest: Record<ResourceKind, Resources[]> = forEachKind(() => []);

  /** A new snapshot is about to be given to everybody. */
  startGeneration(): void {
    this.#successors = new WeakMap();
    this.#newest = forEachKind(() => []);
  }

  /** `previous` is the set of the same proxy from before. */
  encode(translated: TranslatedResources, previous: XdsSet | undefined): XdsSet {
    return {
      cluster: this.#kind('cluster', translated.cluster, previous),
      endpoint: this.#kind('endpoint', translated.endpoint, previous),
      listener: this.#kind('listener', translated.listener, previous),
      route: this.#kind('route', translated.route, previous),
      secret: this.#kind('secret', translated.secret, previous),
      extensionConfig: this.#kind('extensionConfig', new Map(), previous),
      nameTable: this.#kind('nameTable', translated.nameTable, previous),
    };
  }

  /**
   * `previous` with the clusters and endpoints of `part` put over it. Undefined when a cluster of `part` is not as before: its own content
   * changed, so this is more than a change of endpoints.
   */
  patchEndpoints(part: TranslatedResources, previous: XdsSet): XdsSet | undefined {
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
    if (changed.length === 0) return previous;
    return { ...previous, endpoint: this.#patched(previous.endpoint, changed) };
  }

  /** Proxies that held the same map and get the same changes share the new one. */
  #patched(before: Resources, changed: readonly XdsResource[]): Resources {
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
    const resources: XdsResource[] = [];
    for (const [name, message] of messages) resources.push(this.#one(kind, name, message));
    const before = previous?.[kind];
    if (before !== undefined && holdsExactly(before, resources)) return before;
    const followed = before === undefined ? undefined : this.#successors.get(before);
    const newest = this.#newest[kind];
    const equal = (followed ?? newest).find((candidate) => holdsExactly(candidate, resources));
    if (equal !== undefined) return equal;
    const map = new Map(resources.map((resource) => [resource.name, resource]));
    if (newest.length < MAX_CANDIDATES) newest.push(map);
    if (followed !== undefined) followed.push(map);
    else if (before !== undefined) this.#successors.set(before, [map]);
    return map;
  }

  #one<K extends ResourceKind>(kind: K, name: string, message: ResourceMessage<K>): XdsResource {
    const known = this.#encoded[kind].get(message);
    if (known !== undefined && known.name === name) return known;
    const resource = encodeResource(kind, name, message);
    this.#encoded[kind].set(message, resource);
    return resource;
  }
}

/** Equal by version: a message that was built anew with the same content counts as the same. */
function holdsExactly(map: Resources, resources: readonly XdsResource[]): boolean {
  if (map.size !== resources.length) return false;
  return resources.every((resource) => {
    const held = map.get(resource.name);
    return held === resource || held?.version === resource.version;
  });
}
