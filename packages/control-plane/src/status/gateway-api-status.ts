import { isJsonObject, type JsonObject, type JsonValue } from '@weft/config';
import type { ComputedStatus, GatewayApi } from '@weft/mesh';
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
  const generation = object.metadata.generation ?? 1;
  const timed = withTimes(status, generation, now);
  return { ...object, status: merged(before, isJsonObject(timed) ? timed : {}) };
}

function merged(before: JsonObject, found: JsonObject): JsonObject {
  const others = (name: string, isOurs: (each: JsonObject) => boolean): readonly JsonValue[] => {
    const list = before[name];
    return Array.isArray(list) ? list.filter((each: JsonValue) => isJsonObject(each) && !isOurs(each)) : [];
  };
  const own = (name: string, field: string): ReadonlySet<unknown> => {
    const list = found[name];
    return new Set(Array.isArray(list) ? list.map((each: JsonValue) => (isJsonObject(each) ? each[field] : '')) : []);
  };
  const controllers = own('parents', 'controllerName');
  const types = own('conditions', 'type');
  const { addresses: _, listeners: __, attachedListenerSets: ___, ...kept } = before;
  const result: Record<string, JsonValue> = { ...kept, ...found };
  for (const [name, isOurs] of [
    ['parents', (each: JsonObject) => controllers.has(each['controllerName'])],
    ['conditions', (each: JsonObject) => types.has(each['type'])],
  ] as const) {
    const list = found[name];
    if (Array.isArray(list)) result[name] = [...others(name, isOurs), ...list];
  }
  return result;
}

/** Every condition gets the generation that it is about, and a time. */
function withTimes(value: JsonValue, generation: number, now: string): JsonValue {
  if (Array.isArray(value)) return value.map((each: JsonValue) => withTimes(each, generation, now));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, each]) => {
    if (name !== 'conditions' || !Array.isArray(each)) return [name, withTimes(each, generation, now)];
    const timed = each.map((condition: JsonValue) =>
      isJsonObject(condition) ? { ...condition, observedGeneration: generation, lastTransitionTime: now } : condition,
    );
    return [name, timed];
  });
  return Object.fromEntries(entries);
}
