/** Transport sockets merge by the type of their configuration (listener_patch.go and cluster_patch.go, mergeTransportSocket…). */
import { clone } from '@bufbuild/protobuf';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { type TransportSocket, TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { FilterChain } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { mergeAny } from './merge-any.ts';

/** True when the patch was about a socket that the chain has: then nothing else of it counts, as in Istio. */
export function mergeChainSocket(chain: FilterChain, from: FilterChain): boolean {
  const into = chain.transportSocket;
  if (from.transportSocket === undefined || into === undefined || into.name !== from.transportSocket.name) return false;
  mergeConfig(into, from.transportSocket);
  return true;
}

/** True when the patch was about the socket: merged into the one of that name, else put in its place. */
export function mergeClusterSocket(cluster: Cluster, from: Cluster): boolean {
  const socket = from.transportSocket;
  if (socket === undefined) return false;
  const sockets =
    cluster.transportSocketMatches.length > 0
      ? cluster.transportSocketMatches.map((match) => match.transportSocket)
      : [cluster.transportSocket];
  const into = sockets.find((each) => each?.name === socket.name);
  if (into !== undefined) mergeConfig(into, socket);
  // Next to `transport_socket_matches` a socket of its own would be refused by Envoy.
  else if (cluster.transportSocketMatches.length === 0) cluster.transportSocket = clone(TransportSocketSchema, socket);
  return true;
}

function mergeConfig(into: TransportSocket, from: TransportSocket): void {
  if (into.configType.case !== 'typedConfig' || from.configType.case !== 'typedConfig') return;
  into.configType = { case: 'typedConfig', value: mergeAny(into.configType.value, from.configType.value) };
}
