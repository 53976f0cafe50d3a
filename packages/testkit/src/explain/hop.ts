import { formatIssue } from '@weft/base';
import { addressKey, type FilterChain, type Listener } from '@weft/engine';
import type { Arrival } from './arrival.ts';
import { type ChainChoice, chainName, chooseChain, downstreamTls } from './choose-chain.ts';
import type { HopExplanation } from './explanation.ts';
import { findListener, type ListenerChoice } from './find-listener.ts';
import { httpHop } from './http-hop.ts';
import type { ProxyView } from './proxy-view.ts';
import type { Session } from './session.ts';
import { tcpHop } from './tcp-hop.ts';

/** What was found in a chain. */
export type InChain = Pick<HopExplanation, 'outcome'> &
  Partial<HopExplanation> & { readonly next: Arrival | undefined };

/** What a hop works with. */
export interface HopInput {
  readonly view: ProxyView;
  readonly arrival: Arrival;
  /** The port that the proxy sees the connection go to. */
  readonly port: number;
  readonly session: Session;
}

export interface Hop {
  readonly explanation: HopExplanation;
  /** The connection to the upstream; undefined when there is none. */
  readonly next: Arrival | undefined;
}

/** What one proxy does with a connection and the request in it: the data plane's own decisions, one after the other. */
export function takeHop(view: ProxyView, arrival: Arrival, session: Session): Hop {
  const listeners = findListener(view, arrival, session.traced);
  const { listener, port } = listeners;
  if (listener === undefined) {
    const reason = `no listener takes connections to port ${arrival.port}: the connection is refused`;
    return finish(view, arrival, listeners, undefined, refused(reason));
  }
  const chains = chooseChain(listener, arrival, port, session.traced);
  if (chains.chain === undefined) {
    const reason = `no filter chain of listener ${listener.name} takes the connection: it is closed`;
    return finish(view, arrival, listeners, chains, refused(reason));
  }
  return finish(view, arrival, listeners, chains, inChain({ view, arrival, port, session }, chains.chain));
}

function inChain(input: HopInput, chain: FilterChain): InChain {
  const { view, arrival } = input;
  const tls = downstreamTls(chain, arrival);
  if (!tls.ok) return refused(`${tls.reason}: the connection is closed`);
  const known = { downstreamTls: tls.text };
  const end = view.endOf(chain);
  if (end.kind === 'tcp') return { ...tcpHop(input, end.proxy), ...known };
  if (end.kind === 'other') return { ...refused(`${end.filter} is not known here`), ...known };
  if (!tls.ended) return { ...refused('the chain expects HTTP, and the connection is TLS: 400 and closed'), ...known };
  if (arrival.head === undefined)
    return { ...refused('the chain expects HTTP, and the connection carries something else'), ...known };
  return { ...httpHop(input, end, arrival.head), ...known };
}

function refused(reason: string): InChain {
  return { outcome: { kind: 'refused', reason }, next: undefined };
}

function finish(
  view: ProxyView,
  arrival: Arrival,
  listeners: ListenerChoice,
  chains: ChainChoice | undefined,
  { next, ...found }: InChain,
): Hop {
  const { listener, why, lost } = listeners;
  const chain = chains?.chain;
  const explanation: HopExplanation = {
    proxy: view.node.id,
    side: arrival.side,
    listener: listener && describeListener(listener, why),
    otherListeners: lost,
    chain: chain && { name: chainName(chain), why: chains.why, origin: chain.origin },
    otherChains: chains?.lost ?? [],
    downstreamTls: '',
    routes: '',
    virtualHost: undefined,
    otherVirtualHosts: [],
    rule: undefined,
    lostRules: [],
    filters: [],
    destinations: [],
    intended: undefined,
    refused: view.refused.map(formatIssue),
    ...found,
  };
  return { explanation, next };
}

function describeListener(listener: Listener, why: string): NonNullable<HopExplanation['listener']> {
  return { name: listener.name, address: addressKey(listener.address), why, origin: listener.origin };
}
