/** A control plane's sets and a proxy that follows it, for tests of what configuration does. */
import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { type Clock, systemClock } from '@weft/base';
import { type AdsServer, encodeResource, type XdsResource, type XdsSet } from '@weft/xds';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { decodeBootstrap } from '../bootstrap/decode.ts';
import { type ProxyOptions, type Proxy as RunningProxy, runProxy } from '../run-proxy.ts';
import { httpListener, socketAddress } from './harness.ts';
import { quietDeps } from './quiet-deps.ts';

const ADS = { ads: {}, resource_api_version: 'V3' };

/** A set whose route sends everything to `cluster`; `header` makes a route that no proxy can accept. */
export function setOf(cluster: string, ports: Readonly<Record<string, number>>, badRegex?: string, listen = 0): XdsSet {
  const rds = { route_config: undefined, rds: { config_source: ADS, route_config_name: 'routes' } };
  const clusters = Object.keys(ports).map((name) => ({
    name,
    type: 'EDS',
    eds_cluster_config: { eds_config: ADS },
  }));
  const listener = JSON.parse(JSON.stringify({ ...httpListener([], rds), address: socketAddress(listen) })) as object;
  const decoded = decodeBootstrap({ node: { id: 'x' }, static_resources: { clusters, listeners: [listener] } });
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  const map = (resources: readonly XdsResource[]): ReadonlyMap<string, XdsResource> =>
    new Map(resources.map((resource) => [resource.name, resource]));
  const match =
    badRegex === undefined ? { case: 'prefix', value: '/' } : { case: 'safeRegex', value: { regex: badRegex } };
  const routes = create(RouteConfigurationSchema, {
    name: 'routes',
    virtualHosts: [
      {
        name: 'all',
        domains: ['*'],
        routes: [
          {
            match: { pathSpecifier: match as { case: 'prefix'; value: string } },
            action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: cluster } } },
          },
        ],
      },
    ],
  });
  const endpoint = (name: string, port: number): XdsResource =>
    encodeResource(
      'endpoint',
      name,
      create(ClusterLoadAssignmentSchema, {
        clusterName: name,
        endpoints: [
          {
            lbEndpoints: [
              {
                hostIdentifier: {
                  case: 'endpoint',
                  value: {
                    address: {
                      address: {
                        case: 'socketAddress',
                        value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: port } },
                      },
                    },
                  },
                },
              },
            ],
          },
        ],
      }),
    );
  return {
    cluster: map(decoded.value.clusters.map((message) => encodeResource('cluster', message.name, message))),
    endpoint: map(Object.entries(ports).map(([name, port]) => endpoint(name, port))),
    listener: map(decoded.value.listeners.map((message) => encodeResource('listener', message.name, message))),
    route: map([encodeResource('route', 'routes', routes)]),
    secret: new Map(),
    extensionConfig: new Map(),
    nameTable: new Map(),
  };
}

export function startFollower(
  server: Pick<AdsServer, 'address'>,
  apiType: string,
  clock: Clock = systemClock,
  options: ProxyOptions = {},
  more: object = {},
): RunningProxy {
  const { host, port } = server.address;
  const decoded = decodeBootstrap({
    node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local' },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ google_grpc: { target_uri: `${host}:${port}`, stat_prefix: 'xds' } }],
      },
      cds_config: ADS,
      lds_config: ADS,
    },
    ...more,
  });
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  return runProxy(decoded.value, quietDeps(clock), options);
}
