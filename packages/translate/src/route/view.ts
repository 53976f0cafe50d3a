import type { MeshProxy, Scope, Service, Snapshot, VirtualService } from '@weft/mesh';
import { Memo } from '../memo.ts';

/** Stands for everything the routes of a proxy may depend on: the same object as long as none of it changed. */
export type RoutingView = object;

const views = new Memo<RoutingView>();
/** Each route configuration of a proxy asks again. */
const perProxy = new WeakMap<MeshProxy, RoutingView>();

/**
 * The view of a proxy. Endpoints are not in it, so their comings and goings leave routes alone, and proxies of one namespace share
 * theirs unless a VirtualService or DestinationRule asks for labels of its clients.
 */
export function routingView(snapshot: Snapshot, proxy: MeshProxy): RoutingView {
  const known = perProxy.get(proxy) ?? findView(snapshot, proxy);
  perProxy.set(proxy, known);
  return known;
}

function findView(snapshot: Snapshot, proxy: MeshProxy): RoutingView {
  const { scope, node } = proxy;
  const virtualServices = node.type === 'router' ? snapshot.virtualServices : scopeVirtualServices(scope);
  const labels = askedLabels(virtualServices).map((name) => [name, node.labels[name] ?? null]);
  const key = JSON.stringify([node.namespace, node.type, node.interception, node.dataPlane, labels]);
  const services = scope.services.flatMap((service) => [
    ...serviceInputs(service),
    scope.destinationRule(service, node.labels),
  ]);
  const inputs = [snapshot.domain, scope.sidecar, scope.outbound.mode, ...virtualServices, ...services];
  return views.get(snapshot.mesh, key, inputs, () => ({}));
}

function scopeVirtualServices(scope: Scope): readonly VirtualService[] {
  return scope.egress.flatMap((egress) => egress.virtualServices);
}

/** The labels of clients that routes look at. */
function askedLabels(virtualServices: readonly VirtualService[]): readonly string[] {
  const names = new Set<string>();
  for (const { http } of virtualServices) {
    for (const { matches } of http) {
      for (const { match } of matches) for (const name in match.sourceLabels) names.add(name);
    }
  }
  return [...names].sort();
}

function serviceInputs(service: Service): readonly unknown[] {
  return [service.definition, service.ports.length, service.aliases.join()];
}
