import type { JsonObject, ParentReference, Resource } from '@weft/config';
import { accepted, type Condition, conditionJson, programmed, resolvedRefs } from './conditions.ts';
import { type GatewayResult, isManaged, type ListenerObject, type ListenerResult } from './gateways.ts';
import type { Lookup } from './inputs.ts';
import { credentialProblem } from './listener-tls.ts';
import { CONTROLLER, GATEWAY_GROUP } from './names.ts';
import { parentKey, type RouteParent } from './parents.ts';
import { addressesOf, type Placement, placementOf } from './placement.ts';
import { joinProblems, type Problem } from './problem.ts';
import type { RouteResult } from './route-result.ts';

/** The status of the Gateway API's objects, as plain JSON without times (https://gateway-api.sigs.k8s.io/guides/implementers/). */
export interface ComputedStatus {
  readonly status: JsonObject;
  /** Every condition in it, with where in the spec it belongs. */
  readonly conditions: readonly { readonly at: string; readonly condition: Condition }[];
}

export function classStatus(): ComputedStatus {
  const condition = accepted(undefined);
  return { status: { conditions: [conditionJson(condition)] }, conditions: [{ at: 'spec.controllerName', condition }] };
}

/** How many routes attach to each listener. */
export function attachments(routes: readonly RouteResult[]): ReadonlyMap<ListenerResult, number> {
  const counts = new Map<ListenerResult, number>();
  for (const { parents } of routes) {
    for (const listener of new Set(parents.flatMap(({ denied, listener }) => (denied ? [] : (listener ?? []))))) {
      counts.set(listener, (counts.get(listener) ?? 0) + 1);
    }
  }
  return counts;
}

function listenersOf(result: GatewayResult, owner: ListenerObject): readonly ListenerResult[] {
  return result.listeners.filter((each) => each.owner === owner);
}

function listenerJson(result: ListenerResult, attached: ReadonlyMap<ListenerResult, number>): JsonObject {
  return {
    name: result.listener.name ?? '',
    attachedRoutes: attached.get(result) ?? 0,
    supportedKinds: result.kinds.map((kind) => ({ group: GATEWAY_GROUP, kind })),
    conditions: result.conditions.map(conditionJson),
  };
}

/** `reachedBy`: what decides whether it is reached, when an object says so. */
function placed(
  listeners: readonly ListenerResult[],
  conditions: readonly Condition[],
  reachedBy = '',
): ComputedStatus['conditions'] {
  return [
    ...conditions.map((condition) => ({ at: condition.type === 'Programmed' ? reachedBy : '', condition })),
    ...listeners.flatMap(({ conditions: own }, i) =>
      own.map((condition) => ({ at: `spec.listeners[${i}]`, condition })),
    ),
  ];
}

export function gatewayStatus(
  result: GatewayResult,
  attached: ReadonlyMap<ListenerResult, number>,
  lookup: Lookup,
): ComputedStatus {
  const { gateway, sets } = result;
  const addressProblem = result.addressProblem ?? parametersProblem(gateway, lookup);
  const own = listenersOf(result, gateway);
  const used = result.listeners.filter((each) => each.owner === gateway || each.valid);
  const placement = placementOf(gateway, result.services, portsOf(used), lookup);
  const attachedSets = sets.filter(({ set }) => listenersOf(result, set).some(({ valid }) => valid)).length;
  const valid = own.filter((each) => each.valid).length;
  const partly = own.length > 0 && valid < own.length;
  const none: Problem = { reason: 'ListenersNotValid', message: 'none of its listeners can be used' };
  const some: Condition = {
    ...accepted(undefined),
    reason: 'ListenersNotValid',
    message: 'some listeners cannot be used',
  };
  const conditions = [
    partly && valid > 0 && addressProblem === undefined
      ? some
      : accepted(addressProblem ?? (partly ? none : undefined)),
    programmed(placement.message, placement.problem),
    resolvedRefs(clientCertificateProblem(gateway, lookup)),
  ];
  const addresses = addressesOf(placement);
  return {
    status: {
      ...(addresses.length > 0 && { addresses }),
      ...(attachedSets > 0 && { attachedListenerSets: attachedSets }),
      conditions: conditions.map(conditionJson),
      ...(own.length > 0 && { listeners: own.map((each) => listenerJson(each, attached)) }),
    },
    conditions: placed(own, conditions, isManaged(gateway.spec) ? '' : 'spec.addresses'),
  };
}

function parametersProblem({ spec, metadata }: Resource<'KubernetesGateway'>, lookup: Lookup): Problem | undefined {
  const ref = spec.infrastructure?.parametersRef;
  if (ref === undefined) return undefined;
  const { group = '', kind = '', name = '' } = ref;
  const key = `${metadata.namespace}/${name}`;
  if (group === '' && kind === 'ConfigMap' && lookup.configMaps.has(key)) return undefined;
  const message = kind === 'ConfigMap' ? `there is no ConfigMap ${key}` : `parameters of kind ${kind} are not known`;
  return { reason: 'InvalidParameters', message };
}

/** Whether the certificate to show to backends is there and may be used. */
function clientCertificateProblem(
  { spec, metadata }: Resource<'KubernetesGateway'>,
  lookup: Lookup,
): Problem | undefined {
  const ref = spec.tls?.backend?.clientCertificateRef;
  if (ref === undefined) return undefined;
  const { namespace, name } = metadata;
  const problem = credentialProblem(ref, { kind: 'Gateway', namespace, name }, lookup);
  if (problem === undefined || problem.reason === 'RefNotPermitted') return problem;
  return { ...problem, reason: 'InvalidClientCertificateRef' };
}

function portsOf(listeners: readonly ListenerResult[]): readonly number[] {
  return [
    ...new Set(
      listeners.flatMap(({ internalName, listener }) => (internalName === undefined ? [] : (listener.port ?? []))),
    ),
  ];
}

export function listenerSetStatus(
  result: GatewayResult,
  set: Resource<'ListenerSet'>,
  isAllowed: boolean,
  attached: ReadonlyMap<ListenerResult, number>,
  lookup: Lookup,
): ComputedStatus {
  if (!isAllowed) {
    const problem = { reason: 'NotAllowed', message: 'allowedListeners of the Gateway leaves its namespace out' };
    const conditions = [accepted(problem), programmed('', problem)];
    return { status: { conditions: conditions.map(conditionJson) }, conditions: placed([], conditions) };
  }
  const own = listenersOf(result, set);
  const placement: Placement = placementOf(result.gateway, result.services, portsOf(own), lookup);
  const invalid = own.some(({ valid }) => valid)
    ? undefined
    : { reason: 'ListenersNotValid', message: 'none of its listeners can be used' };
  const conditions = [
    accepted(result.addressProblem ?? invalid),
    programmed(placement.message, result.services.length === 0 ? placement.problem : (invalid ?? placement.problem)),
  ];
  return {
    status: {
      conditions: conditions.map(conditionJson),
      ...(own.length > 0 && { listeners: own.map((each) => listenerJson(each, attached)) }),
    },
    conditions: placed(own, conditions),
  };
}

/** One entry for each parentRef, whatever number of listeners it stands for; attached to any of them is attached. */
export function routeStatus({ route, parents, problems }: RouteResult): ComputedStatus {
  const { namespace } = route.metadata;
  const groups = Map.groupBy(parents, ({ ref }) => parentKey(ref, namespace));
  const sorted = [...groups].sort(([a], [b]) => (a < b ? 1 : -1));
  const entries = sorted.flatMap(([, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const problem = first.gateway === 'mesh' ? problems.mesh : problems.gateway;
    const conditions = [accepted(denialOf(group)), resolvedRefs(problem)];
    return [{ ref: first.ref, index: (route.spec.parentRefs ?? []).indexOf(first.ref), conditions }];
  });
  return {
    status: {
      parents: entries.map(({ ref, conditions }) => ({
        controllerName: CONTROLLER,
        parentRef: refJson(ref),
        conditions: conditions.map(conditionJson),
      })),
    },
    conditions: entries.flatMap(({ index, conditions }) =>
      conditions.map((condition) => ({ at: `spec.parentRefs[${index}]`, condition })),
    ),
  };
}

/** The nearest miss first: not allowed, then no hostname in common, then nothing of that name. */
const DENIALS = ['NotAllowedByListeners', 'NoMatchingListenerHostname', 'NoMatchingParent'];

function denialOf(group: readonly RouteParent[]): Problem | undefined {
  const denials = group.flatMap(({ denied }) => denied ?? []);
  if (denials.length < group.length) return undefined;
  const rank = Math.min(...denials.map(({ reason }) => DENIALS.indexOf(reason)));
  const nearest = denials.filter(({ reason }) => reason === DENIALS[rank]);
  const unique = [...new Map(nearest.map((each) => [each.message, each])).values()];
  return unique.reduce<Problem | undefined>(joinProblems, undefined);
}

function refJson(ref: ParentReference): JsonObject {
  return { ...ref };
}

/** What keeps an object from having an effect. Whether one without an address is reached depends on proxies, which come and go. */
export function falseConditions(computed: ComputedStatus): ComputedStatus['conditions'] {
  return computed.conditions.filter(
    ({ at, condition: { type, status } }) =>
      status === 'False' && type !== 'Conflicted' && (type !== 'Programmed' || at !== ''),
  );
}
