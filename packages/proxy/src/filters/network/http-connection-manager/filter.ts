/** envoy.filters.network.http_connection_manager → a ConnectionManager and, per connection, its HTTP/1.1 side. */
import type { Decoded } from '@weft/base';
import { checkFields, compileRouteTable, Issues, type Listener } from '@weft/engine';
import {
  HttpConnectionManager_CodecType as Codec,
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import type { ConnectionManager, RouteSource } from '../../../hcm/connection-manager.ts';
import { DownstreamHttp1 } from '../../../http1/downstream-http1.ts';
import { unenforcedRoutes } from '../../../runtime/check-routes.ts';
import type { ProxyContext } from '../../../runtime/proxy-context.ts';
import { type NetworkFilter, type NetworkFilterKind, networkFilter } from '../../../stream/network-filter.ts';
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
  if (table.ok) issues.adopt(unenforcedRoutes(table.value));
  if (table.ok) return { name: table.value.name, current: table.value };
  issues.adopt(table.issues.map((issue) => ({ ...issue, at: `${at}.route_config.${issue.at}` })));
  return { name: specifier.value.name, current: undefined };
}

function decodeHcm(
  hcm: HttpConnectionManager,
  at: string,
  listener: Listener,
  context: ProxyContext,
): Decoded<NetworkFilter> {
  const issues = new Issues(`Listener ${listener.name}`);
  checkFields(HttpConnectionManagerSchema, hcm, at, HCM_MESSAGES, issues);
  if (hcm.codecType !== Codec.AUTO && hcm.codecType !== Codec.HTTP1) {
    issues.error(
      `${at}.codec_type`,
      'unsupported-value',
      `${Codec[hcm.codecType]} is not supported yet`,
      'AUTO or HTTP1',
    );
  }
  const options = httpOptions(hcm, at, issues);
  const routes = routeSource(hcm, at, context, issues);
  const chain = compileHttpFilters(hcm, at, listener, context, issues);
  const accessLog = compileAccessLogs(
    hcm.accessLog,
    context.accessLogs,
    { hostname: context.hostname },
    `${at}.access_log`,
  );
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
    draining: false,
  };
  return issues.end<NetworkFilter>({
    routeNames: hcm.routeSpecifier.case === 'rds' ? [routes.name] : [],
    serve: (wire, connection, onGone) => new DownstreamHttp1(manager, wire, connection, onGone),
    drain() {
      manager.draining = true;
    },
  });
}

export const httpConnectionManager: NetworkFilterKind = networkFilter({
  schema: HttpConnectionManagerSchema,
  decode: decodeHcm,
});
