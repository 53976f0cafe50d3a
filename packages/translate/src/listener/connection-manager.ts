import { create } from '@bufbuild/protobuf';
import type { GatewayTopology } from '@weft/config';
import type { MeshSettings, Node } from '@weft/mesh';
import type { AccessLog } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import type { FilterSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import {
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  HttpConnectionManager_ForwardClientCertDetails as ForwardCert,
  type HttpConnectionManager,
  HttpConnectionManager_CodecType,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { adsSource } from '../wire/ads.ts';
import { any } from '../wire/any.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { HTTP_CONNECTION_MANAGER } from './filter-names.ts';
import { httpFilters } from './http-filters.ts';
import type { TelemetrySide } from './istio-filters.ts';

export interface ConnectionManagerInput {
  readonly node: Node;
  readonly mesh: MeshSettings;
  readonly logs: readonly AccessLog[];
  readonly side: TelemetrySide;
  readonly statPrefix: string;
  /** A name to ask RDS for, or the routes themselves. */
  readonly routes: string | RouteConfiguration;
  /** Hosts are looked up when requests come for them. */
  readonly forwardProxy: boolean;
  /** Clients speak gRPC-Web on this port (Istio bridges it where the port says so). */
  readonly grpcWeb?: boolean;
  /** What stands in front of a gateway. */
  readonly topology?: GatewayTopology | undefined;
}

type Filter = Init<typeof FilterSchema>;

/** The HTTP side of a listener (listener_builder.go, buildHTTPConnectionManager; gateway.go, buildGatewayConnectionManager). */
export function connectionManager(input: ConnectionManagerInput): Filter {
  const { mesh, routes, side } = input;
  const manager = create(HttpConnectionManagerSchema, {
    codecType: HttpConnectionManager_CodecType.AUTO,
    statPrefix: input.statPrefix,
    routeSpecifier:
      typeof routes === 'string'
        ? { case: 'rds', value: { configSource: adsSource(), routeConfigName: routes } }
        : { case: 'routeConfig', value: routes },
    httpFilters: httpFilters(input),
    accessLog: [...input.logs],
    serverName: 'istio-envoy',
    useRemoteAddress: side === 'gateway',
    generateRequestId: true,
    upgradeConfigs: [{ upgradeType: 'websocket' }],
    // Envoy would end a stream after five idle minutes.
    streamIdleTimeout: duration(0),
    ...pathNormalization(mesh),
    ...clientCertificate(side),
    ...(input.topology && trustInFront(input.topology)),
  });
  return {
    name: HTTP_CONNECTION_MANAGER,
    configType: { case: 'typedConfig', value: any(HttpConnectionManagerSchema, manager) },
  };
}

type Part = Partial<Pick<HttpConnectionManager, 'normalizePath' | 'mergeSlashes' | 'pathWithEscapedSlashesAction'>>;

/** BASE unless said (SEMANTICS row 111). */
function pathNormalization(mesh: MeshSettings): Part {
  const level = mesh.pathNormalization?.normalization ?? 'DEFAULT';
  const merge = level === 'MERGE_SLASHES' || level === 'DECODE_AND_MERGE_SLASHES';
  return {
    normalizePath: level !== 'NONE',
    mergeSlashes: merge,
    pathWithEscapedSlashesAction:
      level === 'DECODE_AND_MERGE_SLASHES' ? EscapedSlashes.UNESCAPE_AND_FORWARD : EscapedSlashes.KEEP_UNCHANGED,
  };
}

/** What is told of a client's certificate: a gateway says what it saw, a sidecar adds to what came with the request. */
function clientCertificate(side: TelemetrySide): Init<typeof HttpConnectionManagerSchema> {
  if (side === 'outbound') return {};
  const details = { subject: true, dns: true, uri: true, ...(side === 'gateway' && { cert: true }) };
  return {
    forwardClientCertDetails: side === 'gateway' ? ForwardCert.SANITIZE_SET : ForwardCert.APPEND_FORWARD,
    setCurrentClientCertDetails: details,
  };
}

const FORWARD_CERT: Readonly<Record<string, ForwardCert>> = {
  SANITIZE: ForwardCert.SANITIZE,
  FORWARD_ONLY: ForwardCert.FORWARD_ONLY,
  APPEND_FORWARD: ForwardCert.APPEND_FORWARD,
  SANITIZE_SET: ForwardCert.SANITIZE_SET,
  ALWAYS_FORWARD_ONLY: ForwardCert.ALWAYS_FORWARD_ONLY,
};

/** Proxies in front of a gateway may say who the client is (core/gateway.go, buildGatewayConnectionManager). */
function trustInFront({
  numTrustedProxies,
  forwardClientCertDetails,
}: GatewayTopology): Init<typeof HttpConnectionManagerSchema> {
  const forward = FORWARD_CERT[forwardClientCertDetails ?? ''];
  return {
    ...(numTrustedProxies !== undefined && { xffNumTrustedHops: numTrustedProxies }),
    ...(forward !== undefined && { forwardClientCertDetails: forward }),
  };
}
