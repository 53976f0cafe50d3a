import type { MeshProxy, Scope, Service, Snapshot, VirtualService } from '@weft/mesh';
import { Memo } from '../memo.ts';

/** Stands for everything the routes of a proxy may depend on: the same object as long as none of it changed. */
export type RoutingView = object;

const views = new Memo<RoutingView>();
const perScope = new WeakMap<Scope, Map<string, RoutingView>>();

/**
 * The view of a proxy. Endpoints are not in it, so their comings and goings leave routes alone, and proxies of one namespace share
 * theirs unless a VirtualService asks for the labels of its clients.
 */
export function routingView(snapshot: Snapshot, proxy: MeshProxy): RoutingView {
  const { scope, node } = proxy;
  const virtualServices = node.type === 'router' ? snapshot.virtualServices : scopeVirtualServices(scope);
  const labels = virtualServices.some(asksForLabels) ? JSON.stringify(node.labels) : '';
  const selectors = scope.services.map((service) => scope.destinationRule(service, node.labels));
  const key = `${node.type} ${node.interception} ${labels}`;
  const known = perScope.get(scope)?.get(key);
  // The rules a client follows may depend on its labels too, so a view found by its key alone is only right without selectors.
  if (known !== undefined && !selectors.some((rule) => rule?.selector !== undefined)) return known;
  const services = scope.services.flatMap((service, i) => [...serviceInputs(service), selectors[i]]);
  const inputs = [snapshot.domain, scope.sidecar, scope.outbound.mode, ...virtualServices, ...services];
  const view = views.get(snapshot.mesh, `${node.namespace} ${key}`, inputs, () => ({}));
  const kept = perScope.get(scope) ?? new Map<string, RoutingView>();
  perScope.set(scope, kept.set(key, view));
  return view;
}

function scopeVirtualServices(scope: Scope): readonly VirtualService[] {
  return scope.egress.flatMap((egress) => egress.virtualServices);
}

function asksForLabels(virtualService: VirtualService): boolean {
  return virtualService.http.some(({ matches }) => matches.some(({ match }) => match.sourceLabels !== undefined));
}

function serviceInputs(service: Service): readonly unknown[] {
  return [service.definition, service.ports.length, service.aliases.join()];
}
