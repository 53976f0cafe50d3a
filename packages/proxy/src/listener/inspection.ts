/**
 * What must be known of a connection before its filter chain can be chosen, and finding it out from its first bytes.
 * Nothing is waited for that no chain depends on: a server that speaks first would never be reached (SEMANTICS: protocol sniffing).
 */
import { type FilterChain, type Listener, portMatches } from '@weft/engine';
import { type ClientHello, readClientHello } from '../tls/client-hello.ts';
import { detectHttp } from './detect-http.ts';

export const TLS_INSPECTOR: string = 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector';
export const HTTP_INSPECTOR: string = 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector';

export interface Wanted {
  readonly tls: boolean;
  readonly http: boolean;
}

/** What the first bytes told. Without an inspection everything is plain and unnamed. */
export interface Findings {
  readonly hello: ClientHello | undefined;
  /** `http/1.1`, `http/1.0`, `h2c`, or a TLS client's ALPN. */
  readonly applicationProtocols: readonly string[];
}

export const NOTHING_FOUND: Findings = { hello: undefined, applicationProtocols: [] };

/** `too-large`: a ClientHello above the bound. */
export type Inspection = Findings | 'too-large' | undefined;

/**
 * Which inspections a connection to `port` needs. TLS: when a chain for the port ends it or depends on it, and the inspector is not switched
 * off for the port; without the inspector, what is not known to be TLS counts as plain, and Envoy adds it by the same rule
 * (listener_impl.cc, need_tls_inspector). HTTP: when its inspector is listed and a chain asks for protocols.
 */
export function wantedInspections(listener: Listener, port: number): Wanted {
  const chains = chainsOf(listener, port);
  const asksProtocol = chains.some(({ match }) => match.applicationProtocols.length > 0);
  const tlsInspector = listed(listener, TLS_INSPECTOR, port);
  const asksTls = chains.some(({ match, transportSocket }) => {
    if (transportSocket !== undefined || match.transportProtocol === 'tls') return true;
    if (match.transportProtocol !== '') return tlsInspector === 'on';
    return match.serverNames.length > 0 || match.applicationProtocols.length > 0;
  });
  return {
    tls: asksTls && tlsInspector !== 'off',
    http: asksProtocol && listed(listener, HTTP_INSPECTOR, port) === 'on',
  };
}

/** Those that a connection to `port` may come to: the port is the first thing that is matched, and there is no way back from it. */
function chainsOf({ chains, defaultChain }: Listener, port: number): readonly FilterChain[] {
  const own = chains.filter(({ match }) => match.destinationPort === port);
  const possible = own.length > 0 ? own : chains.filter(({ match }) => match.destinationPort === undefined);
  return defaultChain === undefined ? possible : [...possible, defaultChain];
}

function listed(listener: Listener, type: string, port: number): 'on' | 'off' | 'absent' {
  const filter = listener.listenerFilters.find(({ typedConfig }) => typedConfig.typeUrl.endsWith(`/${type}`));
  if (filter === undefined) return 'absent';
  return portMatches(filter.disabledPorts, port) ? 'off' : 'on';
}

/** What `bytes`, the first of a connection, tell; undefined while more are needed. */
export function inspect(bytes: Buffer, wanted: Wanted): Inspection {
  if (bytes.length === 0) return undefined;
  if (wanted.tls) {
    const hello = readClientHello(bytes);
    if (hello === undefined || hello === 'too-large') return hello;
    if (hello !== 'not-tls') return { hello, applicationProtocols: hello.applicationProtocols };
  }
  if (!wanted.http) return NOTHING_FOUND;
  const http = detectHttp(bytes);
  if (http === undefined) return undefined;
  return http === 'not-http' ? NOTHING_FOUND : { hello: undefined, applicationProtocols: [http] };
}
