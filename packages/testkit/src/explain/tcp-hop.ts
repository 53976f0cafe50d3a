import { addressKey, type Cluster, pickContext } from '@weft/engine';
import { chooseCluster, decodeTcpProxy } from '@weft/proxy/decisions';
import { parseClusterName } from '@weft/translate';
import type { TcpProxy } from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';
import type { HopInput, InChain } from './hop.ts';
import { onward } from './onward.ts';
import type { ProxyView } from './proxy-view.ts';
import { explainCluster, pickEndpoint, upstreamTls } from './upstream.ts';

const NO_CHANGES = { added: {}, removed: [] } as const;

/** Bytes that go to a cluster as they are. */
export function tcpHop(input: HopInput, message: TcpProxy): InChain {
  const { view, arrival, session } = input;
  const decoded = decodeTcpProxy(message, '');
  if (!decoded.ok) {
    const reason = `the proxy would refuse its TCP configuration: ${decoded.issues[0]?.message ?? ''}`;
    return { outcome: { kind: 'refused', reason }, next: undefined };
  }
  const { clusters, totalWeight } = decoded.value;
  const name = chooseCluster(decoded.value, session.random);
  const destinations = session.traced
    ? clusters.map((entry) => {
        const share = { percent: (entry.weight / totalWeight) * 100, chosen: entry.name === name };
        return explainCluster(view, entry.name, share, session);
      })
    : [];
  const cluster = view.cluster(name);
  const { service, subset, port } = namesOf(name);
  if (cluster === undefined) {
    const reason = `cluster ${name} does not exist: the connection is closed`;
    return { destinations, outcome: { kind: 'refused', reason }, next: undefined };
  }
  const wanted = { address: arrival.address, port: arrival.port, authority: arrival.address };
  const picked = pickEndpoint(view, cluster, pickContext(), wanted, session);
  if (picked.kind === 'nothing') {
    const reason = `cluster ${name}: ${picked.reason} The connection is closed`;
    return { destinations, outcome: { kind: 'refused', reason }, next: undefined };
  }
  const tls = upstreamTls(cluster, picked.endpoint, arrival.tls?.serverName ?? '');
  return {
    destinations,
    outcome: {
      kind: 'forward',
      service,
      subset,
      port,
      cluster: name,
      endpoint: `${picked.host}:${picked.port}`,
      endpoints: addressesOf(view, cluster),
      timeoutMs: 0,
      retries: undefined,
      path: '',
      authority: '',
      mirrors: [],
      requestHeaders: NO_CHANGES,
      responseHeaders: NO_CHANGES,
      tls,
      delayMs: 0,
    },
    next: onward(input, cluster, picked, tls, arrival.head),
  };
}

export function namesOf(cluster: string): { readonly service: string; readonly subset: string; readonly port: number } {
  const parsed = parseClusterName(cluster);
  return { service: parsed?.host ?? '', subset: parsed?.subset ?? '', port: parsed?.port ?? 0 };
}

/** All endpoints of a cluster, as far as they are known. */
export function addressesOf(view: ProxyView, cluster: Cluster): readonly string[] {
  const groups = view.endpointsOf(cluster)?.localities ?? [];
  return groups.flatMap(({ endpoints }) => endpoints.map(({ address }) => addressKey(address)));
}
