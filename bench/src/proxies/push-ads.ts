/** Our ADS server with endpoints that no request goes to, changed at will: what it costs a proxy to be told of them. */
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { silentLogger, systemClock } from '@weft/base';
import {
  type AdsServer,
  type ConnectedProxy,
  encodeResource,
  startAdsServer,
  type XdsResource,
  type XdsSet,
} from '@weft/xds';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';

/** How the endpoints lie. */
export interface EndpointShape {
  readonly clusters: number;
  readonly endpointsEach: number;
}

function assignment(cluster: string, from: number, count: number): XdsResource {
  const endpoint = (i: number): JsonObject => ({
    endpoint: {
      address: {
        socket_address: { address: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, port_value: 8080 },
      },
    },
  });
  const message: JsonObject = {
    cluster_name: cluster,
    endpoints: [{ lb_endpoints: Array.from({ length: count }, (_, i) => endpoint(from + i)) }],
  };
  return encodeResource('endpoint', cluster, fromJson(ClusterLoadAssignmentSchema, message));
}

/** `base` and clusters of endpoints besides; the endpoints from number `offset` on. */
export function withEndpoints(base: XdsSet, shape: EndpointShape, offset: number): XdsSet {
  const clusters = new Map(base.cluster);
  const endpoints = new Map(base.endpoint);
  for (let i = 0; i < shape.clusters; i++) {
    const name = `crowd-${i}`;
    const cluster: JsonObject = {
      name,
      type: 'EDS',
      connect_timeout: '1s',
      eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
    };
    clusters.set(name, encodeResource('cluster', name, fromJson(ClusterSchema, cluster)));
    endpoints.set(name, assignment(name, offset + i * shape.endpointsEach, shape.endpointsEach));
  }
  return { ...base, cluster: clusters, endpoint: endpoints };
}

/** Sets by node name; each can be pushed once the proxy is connected. */
export class PushAds implements AsyncDisposable {
  readonly #proxies = new Map<string, ConnectedProxy>();
  readonly #first = new Map<string, XdsSet>();
  #generation = 1;
  #server: AdsServer | undefined = undefined;

  get port(): number {
    return this.#server?.address.port ?? 0;
  }

  async start(): Promise<void> {
    this.#server = await startAdsServer(
      { host: '127.0.0.1', port: 0 },
      {
        clock: systemClock,
        logger: silentLogger,
        source: {
          connected: (proxy) => {
            const name = proxy.node.id.split('~')[2]?.split('.')[0] ?? '';
            this.#proxies.set(name, proxy);
            const set = this.#first.get(name);
            if (set !== undefined) proxy.assign(set, this.#generation++);
          },
          disconnected: () => undefined,
        },
      },
    );
  }

  /** What the proxy gets when it connects. */
  announce(name: string, set: XdsSet): void {
    this.#first.set(name, set);
  }

  push(name: string, set: XdsSet): void {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw new Error(`${name} is not connected to the ADS server`);
    proxy.assign(set, this.#generation++);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}
