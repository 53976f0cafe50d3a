import { addressKey, type Listener, type SocketAddress } from '@weft/engine';
import type { Arrival } from './arrival.ts';
import type { ListenerExplanation } from './explanation.ts';
import type { ProxyView } from './proxy-view.ts';

export interface ListenerChoice {
  readonly listener: Listener | undefined;
  readonly why: string;
  readonly lost: readonly ListenerExplanation[];
  /** The port that the connection has when the proxy gets it. */
  readonly port: number;
}

/**
 * The listener that gets a connection. With capturing that goes by the address and port that was wanted: the listener of exactly that
 * address, of every address, else the one that takes what is captured. Without, it is a matter of who is called: a gateway's port, the
 * workload's own address, and for HTTP of the application its HTTP_PROXY.
 */
export function findListener(view: ProxyView, arrival: Arrival, traced: boolean): ListenerChoice {
  const { listener, why, port } = choose(view, arrival);
  const lost = traced ? view.listeners.filter((each) => each !== listener).map((each) => loser(each, arrival)) : [];
  return { listener, why, lost, port };
}

type Chosen = Omit<ListenerChoice, 'lost'>;

function choose(view: ProxyView, arrival: Arrival): Chosen {
  const { node } = view;
  const at = (host: string, port: number): Listener | undefined =>
    view.listeners.find((each) => binds(each, host, port));
  if (arrival.side === 'gateway') return chooseOfGateway(view, arrival.port);
  if (node.interception !== 'NONE') {
    const { address, port, side } = arrival;
    const exact = side === 'inbound' ? undefined : at(address, port);
    if (exact !== undefined) return { listener: exact, why: `it stands for ${address}:${port}`, port };
    const every = side === 'inbound' ? undefined : (at('0.0.0.0', port) ?? at('::', port));
    if (every !== undefined) return { listener: every, why: `it takes port ${port} of every address`, port };
    const name = side === 'inbound' ? 'virtualInbound' : 'virtualOutbound';
    const listener = view.listeners.find((each) => each.name === name);
    return { listener, why: 'it takes every captured connection that no other does', port };
  }
  const { httpProxyPort } = node;
  if (arrival.side === 'outbound' && arrival.head !== undefined && arrival.tls === undefined && httpProxyPort !== 0) {
    const listener = at(node.ip, httpProxyPort) ?? at('127.0.0.1', httpProxyPort);
    if (listener !== undefined) return { listener, why: 'the application uses it as HTTP_PROXY', port: httpProxyPort };
  }
  const { port } = arrival;
  const host = arrival.side === 'inbound' ? arrival.address : node.ip;
  const listener = at(host, port) ?? at('127.0.0.1', port) ?? at('0.0.0.0', port);
  return { listener, why: `it listens on port ${port}`, port };
}

/** A server's port may be bound elsewhere: without privileges (APP_PORTS), or behind a Service that maps it. */
function chooseOfGateway(view: ProxyView, port: number): Chosen {
  const bound = view.node.appPorts.get(port) ?? port;
  const listener =
    view.listeners.find((each) => portOf(each.address) === bound) ??
    view.listeners.find((each) => routesOf(view, each).some((name) => isRouteOf(name, port)));
  const why = bound === port ? `it serves port ${port}` : `it serves port ${port}, bound to ${bound}`;
  return { listener, why, port: bound };
}

function routesOf(view: ProxyView, listener: Listener): readonly string[] {
  return listener.chains.flatMap((chain) => {
    const end = view.endOf(chain);
    if (end.kind !== 'http' || end.manager.routeSpecifier.case !== 'rds') return [];
    return [end.manager.routeSpecifier.value.routeConfigName];
  });
}

/** Istio's names of a gateway's routes: `http.80`, `https.443.<port name>.<gateway>.<namespace>`. */
function isRouteOf(name: string, port: number): boolean {
  return name === `http.${port}` || name.startsWith(`https.${port}.`);
}

function loser(listener: Listener, arrival: Arrival): ListenerExplanation {
  return {
    name: listener.name,
    address: addressKey(listener.address),
    why: whyNot(listener, arrival),
    origin: listener.origin,
  };
}

function whyNot(listener: Listener, { side, address, port }: Arrival): string {
  const inbound = listener.direction === 'inbound';
  if (side === 'outbound' && inbound) return 'it takes calls to the workload, not from it';
  if (side === 'inbound' && !inbound) return 'it takes calls from the workload, not to it';
  const own = portOf(listener.address);
  if (own !== port) return `it is for port ${own ?? '?'}, the connection goes to ${port}`;
  return `it is for ${addressKey(listener.address)}, the connection goes to ${address}:${port}`;
}

function binds(listener: Listener, host: string, port: number): boolean {
  return [listener.address, ...listener.additionalAddresses].some(
    (own) => own.kind === 'ip' && own.host === host && own.port === port,
  );
}

function portOf(address: SocketAddress): number | undefined {
  return address.kind === 'pipe' ? undefined : address.port;
}
