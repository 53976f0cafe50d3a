import { isJsonObject, type JsonObject, type KindId, type Resource } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';

const WAYPOINT = ['istio.io/WaypointBound'];
const ACCEPTANCE = ['Accepted', 'Programmed', 'ResolvedRefs'];

/** Conditions that a controller sets to False when it could not do what the object asks. */
const GOOD_CONDITIONS: Readonly<Partial<Record<KindId, readonly string[]>>> = {
  Service: WAYPOINT,
  ServiceEntry: WAYPOINT,
  WorkloadEntry: WAYPOINT,
  AuthorizationPolicy: ['ZtunnelAccepted', 'WaypointAccepted'],
  KubernetesGateway: ACCEPTANCE,
  HTTPRoute: ACCEPTANCE,
  GRPCRoute: ACCEPTANCE,
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly at: string;
}

function objectsAt(parent: JsonObject, field: string, at: string): readonly (readonly [JsonObject, string])[] {
  const list = parent[field];
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, i) => (isJsonObject(entry) ? [[entry, `${at}.${field}[${i}]`] as const] : []));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Routes have conditions for each parent, other objects for themselves. */
function conditionsOf({ raw, type }: Resource): readonly Condition[] {
  const status = raw['status'];
  if (!isJsonObject(status)) return [];
  const holders: readonly (readonly [JsonObject, string])[] =
    type === 'HTTPRoute' || type === 'GRPCRoute' ? objectsAt(status, 'parents', 'status') : [[status, 'status']];
  return holders
    .flatMap(([holder, at]) => objectsAt(holder, 'conditions', at))
    .map(([condition, at]) => ({
      type: text(condition['type']),
      status: text(condition['status']),
      reason: text(condition['reason']),
      message: text(condition['message']),
      at,
    }));
}

/** A waypoint that enforces a part of a policy says so with a condition that is True. */
function isPartial(resource: Resource, { type, reason }: Condition): boolean {
  return resource.type === 'AuthorizationPolicy' && type === 'WaypointAccepted' && reason === 'PartiallyInvalid';
}

/** What controllers say is wrong. */
export const conditions: Analyzer = {
  name: 'conditions.ConditionAnalyzer',
  codes: ['IST0171'],
  analyze(objects, tell) {
    for (const [kind, good] of Object.entries(GOOD_CONDITIONS)) {
      // The table's keys are kinds.
      for (const resource of objects.of(kind as KindId)) {
        for (const condition of conditionsOf(resource)) {
          const { type, status, reason, message, at } = condition;
          if ((status === 'False' && good.includes(type)) || isPartial(resource, condition)) {
            tell('IST0171', resource, at, { type, reason, message });
          }
        }
      }
    }
  },
};
