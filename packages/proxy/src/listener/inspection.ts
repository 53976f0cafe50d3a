/**
 * What must be known of a connection before its filter chain can be chosen, and finding it out from its first bytes.
 * Nothing is waited for that no chain depends on: a server that speaks first would never be reached (SEMANTICS: protocol sniffing).
 */
import { type Listener, portMatches } from '@weft/engine';
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
 * Which inspections a connection to `port` needs. TLS: when a chain ends it, or asks for a server name, a transport or a protocol, and
 * the inspector is not switched off for the port. HTTP: when its inspector is listed and a chain asks for protocols.
 */
export function wantedInspections(listener: Listener, port: number): Wanted {
  const chains = listener.defaultChain === undefined ? listener.chains : [...listener.chains, listener.defaultChain];
  const asksProtocol = chains.some(({ match }) => match.applicationProtocols.length > 0);
  const asksTls = chains.some(
    ({ match, transportSocket }) =>
      transportSocket !== undefined || match.serverNames.length > 0 || match.transportProtocol !== '',
  );
  return {
    tls: (asksTls || asksProtocol) && listed(listener, TLS_INSPECTOR, port) !== 'off',
    http: asksProtocol && listed(listener, HTTP_INSPECTOR, port) === 'on',
  };
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
