import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ProxyProtocolSettings } from '@weft/config';
import type { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { ProxyProtocolConfig_Version } from '@weft/xds/gen/envoy/config/core/v3/proxy_protocol_pb';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';
import { PLAIN } from './mutual-tls.ts';

type Sockets = Partial<Pick<Init<typeof ClusterSchema>, 'transportSocket' | 'transportSocketMatches'>>;

/**
 * DestinationRule `proxyProtocol`: each transport socket of the cluster inside one that says first whose connection it is
 * (cluster_traffic_policy.go, applyUpstreamProxyProtocol).
 */
export function announcingClients(said: ProxyProtocolSettings | undefined, sockets: Sockets): Sockets {
  if (said === undefined) return sockets;
  const { transportSocket, transportSocketMatches = [] } = sockets;
  if (transportSocket === undefined && transportSocketMatches.length === 0) {
    return { transportSocket: wrap(said, PLAIN) };
  }
  return {
    ...(transportSocket !== undefined && { transportSocket: wrap(said, transportSocket) }),
    transportSocketMatches: transportSocketMatches.map(({ name, match, transportSocket: inner }) => ({
      ...(name !== undefined && { name }),
      ...(match !== undefined && { match }),
      transportSocket: wrap(said, inner ?? PLAIN),
    })),
  };
}

function wrap(
  { version }: ProxyProtocolSettings,
  transportSocket: MessageInitShape<typeof TransportSocketSchema>,
): Init<typeof TransportSocketSchema> {
  const config = { version: version === 'V2' ? ProxyProtocolConfig_Version.V2 : ProxyProtocolConfig_Version.V1 };
  return {
    name: 'envoy.transport_sockets.upstream_proxy_protocol',
    configType: { case: 'typedConfig', value: any(ProxyProtocolUpstreamTransportSchema, { config, transportSocket }) },
  };
}
