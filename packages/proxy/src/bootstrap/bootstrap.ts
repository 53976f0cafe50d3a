/**
 * What a proxy is told before it can ask anybody: who it is, where its control plane is, what it serves without one.
 * The file form is Envoy's (envoy.config.bootstrap.v3.Bootstrap), so that the same file starts a stock Envoy.
 */
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { Node } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { Secret } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import type { OverloadConfig } from '../overload/overload-config.ts';

/** An address to bind or to connect to. Port 0, when binding, lets the system choose. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Where configuration comes from: one aggregated gRPC stream (`dynamic_resources.ads_config`). */
export interface AdsSource {
  readonly address: HostPort;
  /** The static cluster that names the address; undefined with `google_grpc`. It carries no traffic of ours. */
  readonly clusterName: string | undefined;
  /** `GRPC` is the state of the world, `DELTA_GRPC` the incremental protocol. */
  readonly protocol: 'GRPC' | 'DELTA_GRPC';
  /** Ask for clusters over this stream (`dynamic_resources.cds_config.ads`). */
  readonly clusters: boolean;
  /** Ask for listeners over this stream (`dynamic_resources.lds_config.ads`). */
  readonly listeners: boolean;
}

/** A decoded bootstrap file. */
export interface Bootstrap {
  readonly node: Node;
  /** Where the admin interface listens; undefined means there is none. */
  readonly admin: HostPort | undefined;
  readonly ads: AdsSource | undefined;
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
  readonly secrets: readonly Secret[];
  /** When the proxy has too much to do (`overload_manager`, connection limits of `layered_runtime`). */
  readonly overload: OverloadConfig;
}
