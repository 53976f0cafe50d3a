import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import type { XdsView } from './xds-view.ts';

export interface FoundListener {
  readonly listener: Listener;
  readonly why: string;
  readonly routeName: string;
  /** Undefined when the listener names routes that the proxy does not have. */
  readonly routes: RouteConfiguration | undefined;
}

export interface ListenerVerdict {
  readonly name: string;
  readonly address: string;
  readonly why: string;
}

export interface ListenerChoice {
  readonly found: FoundListener | undefined;
  readonly lost: readonly ListenerVerdict[];
}

const FORWARD_PROXY_ROUTES = 'http_proxy';

/**
 * The listener a request to `port` meets. On a sidecar that applications use as HTTP_PROXY that is the forward proxy, whatever the port;
 * otherwise the listener of the port, which for a gateway may be bound elsewhere than the Gateway says: its routes keep the Gateway's
 * port in their name (`http.80`).
 */
export function findListener(view: XdsView, port: number): ListenerChoice {
  const candidates = [...view.listener.values()].map((listener) => ({
    listener,
    manager: connectionManager(listener),
  }));
  const scored = candidates.map(({ listener, manager }) => {
    const routeName = routeNameOf(manager);
    return { listener, manager, routeName, rank: rankOf(listener, routeName, port) };
  });
  const best = scored
    .filter((entry) => entry.rank > 0 && entry.manager !== undefined)
    .sort((a, b) => b.rank - a.rank)[0];
  const lost = scored
    .filter((entry) => entry !== best)
    .map((entry) => ({
      name: entry.listener.name,
      address: addressOf(entry.listener),
      why: entry.manager === undefined ? 'it carries TCP, not HTTP' : `it is not the listener for port ${port}`,
    }));
  if (best?.manager === undefined) return { found: undefined, lost };
  const why =
    best.routeName === FORWARD_PROXY_ROUTES ? 'the application uses it as HTTP_PROXY' : `it serves port ${port}`;
  const routes = inlineRoutes(best.manager) ?? view.route.get(best.routeName);
  return { found: { listener: best.listener, why, routeName: best.routeName, routes }, lost };
}

function rankOf(listener: Listener, routeName: string, port: number): number {
  if (routeName === FORWARD_PROXY_ROUTES) return 3;
  // Inbound listeners take calls to the workload, not from it.
  if (routeName.startsWith('inbound|')) return 0;
  if (routeName === `http.${port}` || routeName === String(port) || routeName.startsWith(`https.${port}.`)) return 2;
  return portOf(listener) === port ? 1 : 0;
}

function connectionManager(listener: Listener): HttpConnectionManager | undefined {
  for (const chain of listener.filterChains) {
    for (const filter of chain.filters) {
      if (filter.configType.case !== 'typedConfig' || !anyIs(filter.configType.value, HttpConnectionManagerSchema))
        continue;
      return anyUnpack(filter.configType.value, HttpConnectionManagerSchema);
    }
  }
  return undefined;
}

function routeNameOf(manager: HttpConnectionManager | undefined): string {
  const specifier = manager?.routeSpecifier;
  if (specifier?.case === 'rds') return specifier.value.routeConfigName;
  return specifier?.case === 'routeConfig' ? specifier.value.name : '';
}

function inlineRoutes(manager: HttpConnectionManager): RouteConfiguration | undefined {
  return manager.routeSpecifier.case === 'routeConfig' ? manager.routeSpecifier.value : undefined;
}

export function addressOf(listener: Listener): string {
  const address = listener.address?.address;
  return address?.case === 'socketAddress' ? `${address.value.address}:${portOf(listener)}` : '';
}

function portOf(listener: Listener): number {
  const address = listener.address?.address;
  if (address?.case !== 'socketAddress') return 0;
  return address.value.portSpecifier.case === 'portValue' ? address.value.portSpecifier.value : 0;
}
