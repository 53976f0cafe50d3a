import type { Issue } from '@weft/base';
import type { MeshProxy, Snapshot } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import type { Secret } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';

/**
 * What one proxy gets, by kind and by name. The keys are those of RESOURCE_KINDS. The maps are in the order to send. A message
 * whose inputs did not change is the same object as before (across proxies too), so a hash can be kept in a WeakMap.
 */
export interface TranslatedResources {
  readonly cluster: ReadonlyMap<string, Cluster>;
  readonly endpoint: ReadonlyMap<string, ClusterLoadAssignment>;
  readonly listener: ReadonlyMap<string, Listener>;
  readonly route: ReadonlyMap<string, RouteConfiguration>;
  /** TLS certificates a gateway asks for by `kubernetes://<name>`. */
  readonly secret: ReadonlyMap<string, Secret>;
  /** Conflicts met on the way: a duplicate domain, two listeners on one port, a missing secret. */
  readonly issues: readonly Issue[];
}

/** Snapshot + proxy → xDS resources. Pure and deterministic; never throws for a resource that validation accepted. */
export declare function translate(snapshot: Snapshot, proxy: MeshProxy): TranslatedResources;
