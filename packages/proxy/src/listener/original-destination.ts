/**
 * Where the client of a captured connection wanted to go: the listener filter `original_dst`, and `use_original_dst`, which has the
 * filter in it (Envoy's listener_impl.cc adds it).
 */
import type { Socket } from 'node:net';
import { type Issues, type Listener, portMatches } from '@weft/engine';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { type LoadedSocketOptions, socketOptions } from '../net/socket-options.ts';

export const ORIGINAL_DST: string = 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst';

/** Undefined: the client wanted to reach the listener itself, or nobody knows. */
export type OriginalDestination = (socket: Socket) => HostPort | undefined;

/** How a listener finds it out; undefined when it does not ask. Refused on systems that do not tell. */
export function decodeOriginalDestination(
  listener: Listener,
  issues: Issues,
  load: () => LoadedSocketOptions = socketOptions,
): OriginalDestination | undefined {
  const index = listener.listenerFilters.findIndex(({ typedConfig }) =>
    typedConfig.typeUrl.endsWith(`/${ORIGINAL_DST}`),
  );
  const { transparent, useOriginalDst } = listener;
  if (index < 0 && !useOriginalDst && !transparent) return undefined;
  const at = index >= 0 ? `listener_filters[${index}]` : useOriginalDst ? 'use_original_dst' : 'transparent';
  const options = load();
  if (!options.ok) {
    issues.error(at, 'unsupported-value', `cannot be had here: ${options.cause}`, 'interception mode NONE');
    return undefined;
  }
  const filter = listener.listenerFilters[index];
  if (filter === undefined && !useOriginalDst) return undefined;
  const own = listener.address.kind === 'pipe' ? 0 : listener.address.port;
  return (socket) => {
    const { localAddress = '', localPort = 0 } = socket;
    if (filter !== undefined && portMatches(filter.disabledPorts, localPort)) return undefined;
    const told = options.value.originalDestination(socket);
    const here = { host: unmapped(localAddress), port: localPort };
    if (told !== undefined && (told.host !== here.host || told.port !== here.port)) return told;
    // A connection that TPROXY brought has the original address as its own, and the port is then hardly ever the listener's.
    return transparent && localPort !== own ? here : undefined;
  };
}

/** An IPv4 address as it is, also from a socket for both kinds. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
