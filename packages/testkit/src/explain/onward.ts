import { formatSpiffeId } from '@weft/base';
import type { Cluster, RequestHead } from '@weft/engine';
import type { Arrival } from './arrival.ts';
import type { TlsExplanation } from './explanation.ts';
import type { HopInput } from './hop.ts';
import { type Picked, upstreamAlpn } from './upstream.ts';

/** The connection to the upstream. A sidecar's inbound side hands over to its application, where the way ends. */
export function onward(
  { view, arrival, session }: HopInput,
  cluster: Cluster,
  picked: Extract<Picked, { kind: 'endpoint' }>,
  tls: TlsExplanation,
  head: RequestHead | undefined,
): Arrival | undefined {
  if (arrival.side === 'inbound') return undefined;
  const { node } = view;
  const { trustDomain } = session;
  const principal =
    tls.mode === 'istio-mutual' || tls.mode === 'mutual'
      ? formatSpiffeId({ trustDomain, namespace: node.namespace, serviceAccount: node.serviceAccount })
      : '';
  const { kind } = cluster.protocol;
  return {
    side: 'inbound',
    address: picked.host,
    port: picked.port,
    source: node.ip,
    // Bytes that were passed through keep the TLS of whoever sent them.
    tls:
      tls.mode === 'none'
        ? head === arrival.head
          ? arrival.tls
          : undefined
        : { serverName: tls.sni, alpn: upstreamAlpn(cluster, picked.endpoint), principal },
    http2: kind === 'http2' || (kind !== 'http1' && arrival.http2),
    head,
  };
}
