import type { Endpoint } from '@weft/engine';
import { HeaderInjectionError } from '@weft/http';
import type { UpstreamCluster } from '../../../cluster/upstream-cluster.ts';
import type { LogContext } from '../../../telemetry/access-log/operator.ts';
import type { AccessRecord } from '../../../telemetry/access-record.ts';
import type { TransportSocketOptions } from '../../../upstream/transport-socket-options.ts';
import { ConnectionFacts } from './connection-facts.ts';
import { HttpTunnel, type TunnelOwner } from './http-tunnel.ts';
import { type TunnelConfig, tunnelRequest } from './tunnel-config.ts';

/** Why connections cannot be tunnelled through this cluster; undefined when they can. What a TCP client spoke is not HTTP/2. */
export function tunnelProblem({ name, config }: UpstreamCluster): string | undefined {
  const { kind } = config.protocol;
  if (kind !== 'http2' && kind !== 'auto') return undefined;
  const spoken = kind === 'http2' ? 'speaks HTTP/2' : 'may speak HTTP/2 (auto_config)';
  return `cluster ${name} ${spoken}, over which this proxy does not tunnel`;
}

/** The request, serialised, or why there is none for this connection. */
export type TunnelHead =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

export function tunnelHead(
  config: TunnelConfig,
  cluster: UpstreamCluster,
  record: AccessRecord,
  context: LogContext,
): TunnelHead {
  const problem = tunnelProblem(cluster);
  if (problem !== undefined) return { ok: false, problem };
  try {
    return { ok: true, text: tunnelRequest(config, new ConnectionFacts(record, context)) };
  } catch (error) {
    if (error instanceof HeaderInjectionError) return { ok: false, problem: `tunneling_config: ${error.message}` };
    throw error;
  }
}

/** Dials `endpoint` and asks it for a tunnel; `owner` hears of the wire's end like of any other's. */
export function openTunnel(
  cluster: UpstreamCluster,
  endpoint: Endpoint,
  options: TransportSocketOptions,
  owner: TunnelOwner,
  method: TunnelConfig['method'],
  head: string,
): HttpTunnel {
  const tunnel = new HttpTunnel(owner, method, head);
  tunnel.attach(cluster.dial(endpoint, options, tunnel, () => tunnel.ask()));
  return tunnel;
}
