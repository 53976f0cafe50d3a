import type { ConnectionPoolSettings } from '@weft/config';
import type { MeshSettings } from '@weft/mesh';
import type { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { Init } from '../wire/init.ts';

/** SO_KEEPALIVE of upstream connections, the mesh's under the rule's; whole seconds, as the socket option wants. */
export function tcpKeepalive(
  mesh: MeshSettings,
  pool: ConnectionPoolSettings | undefined,
): Pick<Init<typeof ClusterSchema>, 'upstreamConnectionOptions'> {
  const said = { ...mesh.tcpKeepalive, ...pool?.tcp?.tcpKeepalive };
  if (mesh.tcpKeepalive === undefined && pool?.tcp?.tcpKeepalive === undefined) return {};
  return {
    upstreamConnectionOptions: {
      tcpKeepalive: {
        ...(said.probes && { keepaliveProbes: said.probes }),
        ...(said.timeMs && { keepaliveTime: Math.trunc(said.timeMs / 1000) }),
        ...(said.intervalMs && { keepaliveInterval: Math.trunc(said.intervalMs / 1000) }),
      },
    },
  };
}
