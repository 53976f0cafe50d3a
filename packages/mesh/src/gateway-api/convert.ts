import type { Issue } from '@weft/base';
import { type Resource, resourcesOf } from '@weft/config';
import { formatRef, refOf } from '../object-ref.ts';
import { convertGateways, type GatewayResult, isOurs } from './gateways.ts';
import { Generated } from './generated.ts';
import { convertHttpRoutes } from './http-routes.ts';
import { type GatewayApiInputs, Lookup, usesGatewayApi } from './inputs.ts';
import { convertL4Routes } from './l4-routes.ts';
import { listenersByOwner } from './parents.ts';
import type { RouteResult } from './route-result.ts';
import {
  attachments,
  type ComputedStatus,
  classStatus,
  falseConditions,
  gatewayStatus,
  listenerSetStatus,
  routeStatus,
} from './status.ts';

/** The Gateway API's objects as Istio's resources, with the status that each of them has by that. */
export class GatewayApi {
  readonly gateways: readonly Resource<'Gateway'>[];
  readonly virtualServices: readonly Resource<'VirtualService'>[];
  /** For the conversion of the next snapshot. */
  readonly generated: Generated;
  readonly #results: readonly GatewayResult[];
  readonly #routes: readonly RouteResult[];
  readonly #lookup: Lookup | undefined;
  #statuses: ReadonlyMap<Resource, ComputedStatus> | undefined;

  /** Pure; `previous` only lets equal resources be the same objects again. */
  constructor(inputs: GatewayApiInputs, previous: Generated | undefined) {
    this.generated = new Generated(previous);
    this.gateways = [];
    this.virtualServices = [];
    this.#results = [];
    this.#routes = [];
    if (!usesGatewayApi(inputs.resources)) return;
    const { resources } = inputs;
    const { generated } = this;
    const lookup = new Lookup(inputs);
    this.#lookup = lookup;
    this.#results = convertGateways(resources, lookup, generated);
    const listeners = listenersByOwner(this.#results);
    const converted = [
      convertHttpRoutes(
        [...resourcesOf(resources, 'HTTPRoute'), ...resourcesOf(resources, 'GRPCRoute')],
        listeners,
        lookup,
        generated,
      ),
      convertL4Routes(resourcesOf(resources, 'TCPRoute'), listeners, lookup, generated),
      convertL4Routes(resourcesOf(resources, 'TLSRoute'), listeners, lookup, generated),
    ];
    this.gateways = this.#results.flatMap(({ listeners: own }) => own.flatMap((each) => each.generated ?? []));
    this.virtualServices = converted.flatMap((each) => each.virtualServices);
    this.#routes = converted.flatMap((each) => each.results);
  }

  /** The status of every object that is ours, computed when first asked for. */
  statuses(): ReadonlyMap<Resource, ComputedStatus> {
    this.#statuses ??= this.#computeStatuses();
    return this.#statuses;
  }

  /** What keeps objects from having an effect, for people. */
  issues(): readonly Issue[] {
    return [...this.statuses()].flatMap(([resource, computed]) =>
      falseConditions(computed).map(({ at, condition: { type, reason, message } }) => ({
        severity: 'warning' as const,
        code: 'gateway-api-status',
        at,
        message: `not ${type} (${reason}): ${message}`,
        resource: formatRef(refOf(resource)),
        position: refOf(resource).positionOf(at),
      })),
    );
  }

  #computeStatuses(): ReadonlyMap<Resource, ComputedStatus> {
    const lookup = this.#lookup;
    const statuses = new Map<Resource, ComputedStatus>();
    if (lookup === undefined) return statuses;
    for (const each of lookup.classes.values()) {
      if (isOurs(each.metadata.name, lookup)) statuses.set(each, classStatus());
    }
    const attached = attachments(this.#routes);
    for (const result of this.#results) {
      statuses.set(result.gateway, gatewayStatus(result, attached, lookup));
      for (const { set, allowed } of result.sets) {
        statuses.set(set, listenerSetStatus(result, set, allowed, attached, lookup));
      }
    }
    for (const result of this.#routes) statuses.set(result.route, routeStatus(result));
    return statuses;
  }
}
