/** envoy.filters.network.http_connection_manager → a ConnectionManager and, per connection, its codec. */
import type { Decoded } from '@weft/base';
import { checkFields, compileRouteTable, Issues, type Listener } from '@weft/engine';
import {
  HttpConnectionManager_CodecType as Codec,
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import type { ConnectionManager, RouteSource } from '../../../hcm/connection-manager.ts';
import { DownstreamHttp1 } from '../../../http1/downstream-http1.ts';
import { AutoCodec } from '../../../http2/auto-codec.ts';
import { DownstreamHttp2 } from '../../../http2/downstream-http2.ts';
import type { Wire } from '../../../net/wire.ts';
import type { ProxyContext } from '../../../runtime/proxy-context.ts';
import type { ConnectionInfo } from '../../../stream/downstream.ts';
import {
  type NetworkFilter,
  type NetworkFilterKind,
  networkFilter,
  type ServedConnection,
} from '../../../stream/network-filter.ts';
import { compileAccessLogs, NO_ACCESS_LOG } from '../../../telemetry/access-log/access-log.ts';
import { httpStats } from '../../../telemetry/http-stats.ts';
import { compileHttpFilters, decodeRouteFilterConfig } from './http-filters.ts';
import { httpOptions } from './options.ts';
import { HCM_MESSAGES } from './supported.ts';

function routeSource(hcm: HttpConnectionManager, at: string, context: ProxyContext, issues: Issues): RouteSource {
  const specifier = hcm.routeSpecifier;
  if (specifier.case === 'rds') {
    const name = specifier.value.routeConfigName;
    if (name === '')
      issues.error(`${at}.rds.route_config_name`, 'missing-field', 'is empty', 'the name of a route configuration');
    return context.routes(name);
  }
  if (specifier.case !== 'routeConfig') {
    issues.error(at, 'missing-field', 'no routes are given', 'rds or route_config');
    return { name: '', current: undefined };
  }
  const table = compileRouteTable(specifier.value, { decodeFilterConfig: decodeRouteFilterConfig });
  if (table.ok) return { name: table.value.name, current: table.value };
  issues.adopt(table.issues.map((issue) => ({ ...issue, at: `${at}.route_config.${issue.at}` })));
  return { name: specifier.value.name, current: undefined };
}

type CodecClass = new (
  manager: ConnectionManager,
  wire: Wire,
  connection: ConnectionInfo,
  onGone: () => void,
) => ServedConnection;

/** What serves a connection; HTTP/3 has none. */
const CODECS: Readonly<Partial<Record<Codec, CodecClass>>> = {
  [Codec.AUTO]: AutoCodec,
  [Codec.HTTP1]: DownstreamHttp1,
  [Codec.HTTP2]: DownstreamHttp2,
};

/** ALPN settles what the first bytes would otherwise have to tell. */
function codecFor(configured: CodecClass, alpn: string): CodecClass {
  if (configured !== AutoCodec) return configured;
  if (alpn === 'h2') return DownstreamHttp2;
  return alpn === 'http/1.1' ? DownstreamHttp1 : AutoCodec;
}

function decodeHcm(
  hcm: HttpConnectionManager,
  at: string,
  listener: Listener,
  context: ProxyContext,
): Decoded<NetworkFilter> {
  const issues = new Issues(`Listener ${listener.name}`);
  checkFields(HttpConnectionManagerSchema, hcm, at, HCM_MESSAGES, issues);
  const codec = CODECS[hcm.codecType];
  if (codec === undefined) {
    issues.error(
      `${at}.codec_type`,
      'unsupported-value',
      `${Codec[hcm.codecType]} is not supported`,
      'AUTO, HTTP1 or HTTP2',
    );
  }
  const options = httpOptions(hcm, at, issues);
  const routes = routeSource(hcm, at, context, issues);
  const chain = compileHttpFilters(hcm, at, listener, context, issues);
  const accessLog = compileAccessLogs(hcm.accessLog, context.accessLogs, context, `${at}.access_log`);
  if (!accessLog.ok) issues.adopt(accessLog.issues);
  const manager: ConnectionManager = {
    options,
    chain,
    routes,
    stats: httpStats(context.stats, hcm.statPrefix),
    accessLog: accessLog.ok ? accessLog.value : NO_ACCESS_LOG,
    logger: context.logger,
    random: context.random,
    loop: context.loop,
    bufferLimitBytes: listener.perConnectionBufferLimitBytes,
    direction: listener.direction,
    hostname: context.hostname,
    environment: (name) => context.environment(name),
    overload: context.overload,
    draining: false,
  };
  return issues.end<NetworkFilter>({
    routeNames: hcm.routeSpecifier.case === 'rds' ? [routes.name] : [],
    serve(wire, connection, onGone) {
      const Served = codecFor(codec ?? AutoCodec, connection.tls?.alpn ?? '');
      return new Served(manager, wire, connection, onGone);
    },
    drain() {
      manager.draining = true;
    },
  });
}

export const httpConnectionManager: NetworkFilterKind = networkFilter({
  schema: HttpConnectionManagerSchema,
  decode: decodeHcm,
});
