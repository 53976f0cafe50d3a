/** What a patch says of listeners and of what is in them (core/envoyfilter/listener_patch.go). */
import type { FilterChain } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { VIRTUAL_INBOUND, VIRTUAL_OUTBOUND } from '../names.ts';
import type { Patch } from './patch.ts';

/** The port that people know a listener by: on a laptop a gateway's server listens on another one. */
export type PublicPort = (port: number) => number;

function listenerPort(listener: Listener): number {
  const address = listener.address?.address;
  if (address?.case !== 'socketAddress') return 0;
  return address.value.portSpecifier.case === 'portValue' ? address.value.portSpecifier.value : 0;
}

function isVirtual({ name }: Listener): boolean {
  return name === VIRTUAL_INBOUND || name === VIRTUAL_OUTBOUND;
}

export function matchesListener(listener: Listener, { match, applyTo }: Patch, publicPort: PublicPort): boolean {
  const wanted = match.listener;
  if (wanted === undefined) return true;
  if (wanted.name && wanted.name !== listener.name) return false;
  // The chains of a virtual listener have the ports.
  if (applyTo !== 'LISTENER' && isVirtual(listener)) return true;
  if (!wanted.portNumber) return true;
  const port = listenerPort(listener);
  return port === wanted.portNumber || publicPort(port) === wanted.portNumber;
}

/** Assumes that the listener matches. */
export function matchesChain(listener: Listener, chain: FilterChain, { match }: Patch): boolean {
  const port = chain.filterChainMatch?.destinationPort;
  if (isVirtual(listener) && match.listener?.portNumber && port !== match.listener.portNumber) return false;
  const wanted = match.listener?.filterChain;
  if (wanted === undefined) return true;
  const { filterChainMatch } = chain;
  if (wanted.name && wanted.name !== chain.name) return false;
  if (wanted.sni && !filterChainMatch?.serverNames.includes(wanted.sni)) return false;
  if (wanted.transportProtocol && filterChainMatch?.transportProtocol !== wanted.transportProtocol) return false;
  if (wanted.destinationPort && port !== wanted.destinationPort) return false;
  const protocols = wanted.applicationProtocols ? wanted.applicationProtocols.split(',') : [];
  return protocols.every((protocol) => filterChainMatch?.applicationProtocols.includes(protocol));
}

type Named = { readonly name: string };

/** Which listener filters a patch names; undefined when it names none. */
export function listenerFilterMatch({ match }: Patch): ((filter: Named) => boolean) | undefined {
  const name = match.listener?.listenerFilter;
  return name ? (filter) => filter.name === name : undefined;
}

export function networkFilterMatch({ match }: Patch): ((filter: Named) => boolean) | undefined {
  const wanted = match.listener?.filterChain?.filter;
  return wanted && ((filter) => filter.name === wanted.name);
}

export function httpFilterMatch({ match }: Patch): ((filter: Named) => boolean) | undefined {
  const wanted = match.listener?.filterChain?.filter?.subFilter;
  return wanted && ((filter) => filter.name === wanted.name);
}
