/** envoy.filters.network.tcp_proxy. in: a wire   out: another wire to an endpoint of the chosen cluster */
import type { Decoded, Random } from '@weft/base';
import { Issues, type Listener } from '@weft/engine';
import {
  type TcpProxy,
  TcpProxySchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';
import type { Wire } from '../../../net/wire.ts';
import type { ProxyContext } from '../../../runtime/proxy-context.ts';
import {
  type NetworkFilter,
  type NetworkFilterKind,
  networkFilter,
  type ServedConnection,
} from '../../../stream/network-filter.ts';
import { compileAccessLogs, NO_ACCESS_LOG } from '../../../telemetry/access-log/access-log.ts';
import { tcpStats } from '../../../telemetry/listener-stats.ts';
import { decodeTcpProxy, type TcpProxyConfig } from './config.ts';
import { TcpProxyConnection, type TcpProxyShared } from './connection.ts';
import { tunnelProblem } from './open-tunnel.ts';

/** The cluster that chance gives a connection; empty when there is none. */
export function chooseCluster(config: Pick<TcpProxyConfig, 'clusters' | 'totalWeight'>, random: Random): string {
  let left = random.below(config.totalWeight);
  for (const { name, weight } of config.clusters) {
    if (left < weight) return name;
    left -= weight;
  }
  return '';
}

const TUNNELLED_BY = 'a cluster that speaks HTTP/1.1';

/** Closes a connection that has nowhere to go. */
function refuse(wire: Wire, onGone: () => void): ServedConnection {
  wire.destroy();
  return {
    onBytes: () => undefined,
    onEof: () => undefined,
    onWritable: () => undefined,
    onClosed: onGone,
    drain: () => undefined,
    destroy: () => wire.destroy(),
  };
}

function decode(message: TcpProxy, at: string, listener: Listener, context: ProxyContext): Decoded<NetworkFilter> {
  const issues = new Issues(`Listener ${listener.name}`);
  const config = decodeTcpProxy(message, at);
  if (!config.ok) issues.adopt(config.issues);
  const accessLog = compileAccessLogs(message.accessLog, context.accessLogs, context, `${at}.access_log`);
  if (!accessLog.ok) issues.adopt(accessLog.issues);
  if (!config.ok) return { ok: false, issues: issues.list };
  for (const { name } of config.value.tunnel === undefined ? [] : config.value.clusters) {
    const cluster = context.clusters.get(name);
    const problem = cluster && tunnelProblem(cluster);
    if (problem !== undefined) issues.error(`${at}.tunneling_config`, 'unsupported-value', problem, TUNNELLED_BY);
  }
  const shared: TcpProxyShared = {
    config: config.value,
    stats: tcpStats(context.stats, message.statPrefix),
    accessLog: accessLog.ok ? accessLog.value : NO_ACCESS_LOG,
    mesh: context.mesh(listener.direction),
    context,
  };
  return issues.end<NetworkFilter>({
    routeNames: [],
    serve(wire, connection, onGone) {
      const name = chooseCluster(config.value, context.random);
      const cluster = context.clusters.get(name);
      if (cluster !== undefined) return new TcpProxyConnection(shared, wire, connection, cluster, onGone);
      shared.stats.downstreamCxNoRoute.inc();
      context.logger.warn('a TCP connection has nowhere to go', { cluster: name, listener: listener.name });
      return refuse(wire, onGone);
    },
    drain: () => undefined,
  });
}

export const tcpProxy: NetworkFilterKind = networkFilter({ schema: TcpProxySchema, decode });
