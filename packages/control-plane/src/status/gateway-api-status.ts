import { isJsonObject, type JsonObject, type JsonValue } from '@weft/config';
import { type ComputedStatus, GATEWAY_API_CONTROLLER, type GatewayApi } from '@weft/mesh';
import type { StoredObject } from '../store/object.ts';

const GROUP = 'gateway.networking.k8s.io/';

export function isOfGatewayApi({ apiVersion }: StoredObject): boolean {
  return apiVersion.startsWith(GROUP);
}

/** The status that an object of the Gateway API has in the mesh; undefined for one that is somebody else's. */
export function gatewayApiStatus(object: StoredObject, gatewayApi: GatewayApi): ComputedStatus | undefined {
  const { namespace = '', name } = object.metadata;
  for (const [resource, computed] of gatewayApi.statuses()) {
    const { kind, metadata } = resource;
    if (kind === object.kind && metadata.name === name && metadata.namespace === namespace) return computed;
  }
  return undefined;
}

/** The object with its status, beside what others keep there: parents of other controllers, conditions of other types. */
export function withGatewayApiStatus(object: StoredObject, { status }: ComputedStatus, now: string): StoredObject {
  const before: JsonObject = isJsonObject(object['status']) ? object['status'] : {};
  const { generation = 1, namespace = '' } = object.metadata;
  return { ...object, status: mergedStatus(before, status, { generation, namespace, now }) };
}

/** What a status is about. */
export interface StatusOf {
  readonly generation: number;
  readonly namespace: string;
  /** RFC 3339. */
  readonly now: string;
}

/** What we say replaces what we said; the rest stays. */
export function mergedStatus(
  before: JsonObject,
  status: JsonObject,
  { generation, namespace, now }: StatusOf,
): JsonObject {
  const timed = withTimes(status, generation, now);
  const found: JsonObject = isJsonObject(timed) ? timed : {};
  const { addresses: _, listeners: __, attachedListenerSets: ___, parents, conditions, ...kept } = before;
  return {
    ...kept,
    ...found,
    ...('parents' in found && { parents: mergedParents(entries(parents), entries(found['parents']), namespace) }),
    ...('conditions' in found && { conditions: mergedConditions(conditions, found['conditions']) }),
  };
}

function entries(list: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter((each: JsonValue) => isJsonObject(each)) : [];
}

function isOurs(parent: JsonObject): boolean {
  return parent['controllerName'] === GATEWAY_API_CONTROLLER;
}

/** Our parents are those that there are now, whatever stood there; a condition that somebody added to one stays with it. */
function mergedParents(
  before: readonly JsonObject[],
  found: readonly JsonObject[],
  namespace: string,
): readonly JsonObject[] {
  const keyOf = ({ parentRef }: JsonObject): string => JSON.stringify(sortedRef(parentRef, namespace));
  const known = new Map(before.filter(isOurs).map((each) => [keyOf(each), each]));
  const ours = found.map((each) => ({
    ...each,
    conditions: mergedConditions(known.get(keyOf(each))?.['conditions'], each['conditions']),
  }));
  return [...before.filter((each) => !isOurs(each)), ...ours];
}

function sortedRef(ref: JsonValue | undefined, namespace: string): unknown {
  const defaults = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace };
  return Object.entries({ ...defaults, ...(isJsonObject(ref) ? ref : {}) }).sort(([a], [b]) => (a < b ? -1 : 1));
}

function mergedConditions(before: JsonValue | undefined, found: JsonValue | undefined): readonly JsonObject[] {
  const own = entries(found);
  const types = new Set(own.map(({ type }) => type));
  return [...entries(before).filter(({ type }) => !types.has(type)), ...own];
}

/** Every condition gets the generation that it is about, and a time. */
function withTimes(value: JsonValue, generation: number, now: string): JsonValue {
  if (Array.isArray(value)) return value.map((each: JsonValue) => withTimes(each, generation, now));
  if (!isJsonObject(value)) return value;
  const timed = Object.entries(value).map(([name, each]) => {
    if (name !== 'conditions' || !Array.isArray(each)) return [name, withTimes(each, generation, now)];
    const conditions = entries(each).map((condition) => ({
      ...condition,
      observedGeneration: generation,
      lastTransitionTime: now,
    }));
    return [name, conditions];
  });
  return Object.fromEntries(timed);
}
