import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type ConnectionHead, explainConnection, type FilterChain, type Listener, planConnection } from '@weft/engine';
import { wantedInspections } from '@weft/proxy/decisions';
import { DownstreamTlsContextSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import type { Arrival } from './arrival.ts';
import type { Verdict } from './explanation.ts';

export interface ChainChoice {
  readonly chain: FilterChain | undefined;
  readonly why: string;
  readonly lost: readonly Verdict[];
}

/** The filter chain of a connection, as the listener's inspectors see it. */
export function chooseChain(listener: Listener, arrival: Arrival, port: number, traced: boolean): ChainChoice {
  const head = connectionHead(listener, arrival, port);
  if (!traced) return { chain: planConnection(listener, head), why: '', lost: [] };
  const { chain, chains } = explainConnection(listener, head);
  const named = chains.map(({ chain: each, why, won, origin }) => ({ name: chainName(each), why, won, origin }));
  return { chain, why: named.find(({ won }) => won)?.why ?? '', lost: named.filter(({ won }) => !won) };
}

export function chainName({ name, index }: FilterChain): string {
  if (index < 0) return name === '' ? 'default_filter_chain' : name;
  return name === '' ? `filter_chains[${index}]` : name;
}

function connectionHead(listener: Listener, arrival: Arrival, port: number): ConnectionHead {
  const { tls, head, http2 } = arrival;
  const wanted = wantedInspections(listener, port);
  const seen = wanted.tls ? tls : undefined;
  const plainHttp = wanted.http && tls === undefined && head !== undefined;
  return {
    destinationAddress: arrival.address,
    destinationPort: port,
    serverName: seen?.serverName.toLowerCase() ?? '',
    transportProtocol: seen === undefined ? 'raw_buffer' : 'tls',
    applicationProtocols: plainHttp ? [http2 ? 'h2c' : 'http/1.1'] : (seen?.alpn ?? []),
    directSourceAddress: arrival.source,
    sourceAddress: arrival.source,
    sourcePort: 40_000,
  };
}

export type DownstreamTls =
  | { readonly ok: true; readonly text: string; readonly ended: boolean }
  | { readonly ok: false; readonly reason: string };

/** What becomes of the connection's TLS at a chain. */
export function downstreamTls(chain: FilterChain, arrival: Arrival): DownstreamTls {
  const { tls } = arrival;
  const context = chain.transportSocket && anyUnpack(chain.transportSocket, DownstreamTlsContextSchema);
  if (context === undefined) {
    const text = tls === undefined ? 'plaintext' : `TLS for "${tls.serverName}", passed through as it is`;
    return { ok: true, text, ended: tls === undefined };
  }
  if (tls === undefined) return { ok: false, reason: 'the chain expects TLS, and the connection is plaintext' };
  const mutual = context.requireClientCertificate === true;
  if (mutual && tls.principal === '')
    return { ok: false, reason: 'the chain asks for a certificate of the client, and this client has none' };
  const who = mutual ? `, the client is ${tls.principal}` : '';
  return { ok: true, text: `TLS for "${tls.serverName}" ends here${who}`, ended: true };
}
