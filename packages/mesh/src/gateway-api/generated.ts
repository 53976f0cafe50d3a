import type { GatewaySpec, JsonObject, ObjectMeta, Resource, VirtualServiceSpec } from '@weft/config';
import { type Origin, refOf } from '../object-ref.ts';

/** Istio resources that stand for others: each path in them leads to the object that a person wrote. */
const ORIGINS = new WeakMap<Resource, (path: string) => Origin | undefined>();

/** Where a person wrote what stands at `path` of a resource, which may have been generated. */
export function originOf(resource: Resource, path: string): Origin {
  return ORIGINS.get(resource)?.(path) ?? { ref: refOf(resource), path };
}

interface Fields<S> {
  readonly name: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: S;
  /** The object it is made of, or the oldest of them: its age and, where nothing better is known, its place. */
  readonly from: Resource;
  /** Where a path of it was written. */
  origin(path: string): Origin | undefined;
}

/** Makes resources, and gives those of the snapshot before as long as they would be equal, so that `===` tells what did not change. */
export class Generated {
  readonly #gateways: Kept<Resource<'Gateway'>>;
  readonly #virtualServices: Kept<Resource<'VirtualService'>>;

  constructor(previous: Generated | undefined) {
    this.#gateways = new Kept(previous === undefined ? undefined : previous.#gateways);
    this.#virtualServices = new Kept(previous === undefined ? undefined : previous.#virtualServices);
  }

  gateway(fields: Fields<GatewaySpec>): Resource<'Gateway'> {
    return this.#gateways.keep(fields, () => ({
      ...common('Gateway', fields),
      type: 'Gateway',
      spec: fields.spec,
      status: undefined,
    }));
  }

  virtualService(fields: Fields<VirtualServiceSpec>): Resource<'VirtualService'> {
    return this.#virtualServices.keep(fields, () => ({
      ...common('VirtualService', fields),
      type: 'VirtualService',
      spec: fields.spec,
      status: undefined,
    }));
  }
}

interface Entry<R> {
  readonly content: string;
  readonly from: Resource;
  readonly resource: R;
}

class Kept<R extends Resource> {
  readonly #before: ReadonlyMap<string, Entry<R>>;
  readonly #now = new Map<string, Entry<R>>();

  constructor(previous: Kept<R> | undefined) {
    this.#before = previous === undefined ? new Map() : previous.#now;
  }

  keep(fields: Fields<unknown>, make: () => R): R {
    const { name, namespace, spec, annotations, labels, from } = fields;
    const key = `${namespace}/${name}`;
    const content = JSON.stringify([spec, annotations, labels]);
    const known = this.#before.get(key);
    const entry = known?.content === content && known.from === from ? known : { content, from, resource: make() };
    this.#now.set(key, entry);
    // The same content may now come from other lines.
    ORIGINS.set(entry.resource, fields.origin);
    return entry.resource;
  }
}

const API_VERSION = 'networking.istio.io/v1';

interface Common {
  readonly kind: string;
  readonly apiVersion: string;
  readonly group: string;
  readonly metadata: ObjectMeta;
  readonly raw: JsonObject;
  readonly source: Resource['source'];
}

function common(kind: string, { name, namespace, labels = {}, annotations, from }: Fields<unknown>): Common {
  const { creationTimestamp, generation } = from.metadata;
  return {
    kind,
    apiVersion: API_VERSION,
    group: 'networking.istio.io',
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      creationTimestamp,
      generation,
      resourceVersion: undefined,
      uid: undefined,
    },
    raw: { apiVersion: API_VERSION, kind, metadata: { name, namespace } },
    source: from.source,
  };
}
