import { create } from '@bufbuild/protobuf';
import type { Decoded } from '@weft/base';
import type {
  Route as RouteMessage,
  VirtualHost as VirtualHostMessage,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import {
  RouteMatchSchema,
  VirtualHost_TlsRequirementType as TlsRequirement,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { Issues } from '../decode/issues.ts';
import { fraction, metadataValue, originOf } from '../decode/scalars.ts';
import { checkFields } from '../decode/supported-fields.ts';
import { sealOps } from '../format/header-ops.ts';
import { compileRouteMatch } from '../match/route-match.ts';
import { compileRateLimits } from '../rate-limit/compile.ts';
import { compileRetryPolicy } from '../retry/compile-policy.ts';
import { compileAction } from './compile-action.ts';
import { HostIndex } from './host-index.ts';
import { type DecodeFilterConfig, headerLevel, type Levels, levelOps, narrowFilters } from './levels.ts';
import { noRoutePlan, preparePlan, prepareSplit } from './prepare-plan.ts';
import type { FilterOverrides, HostEntry, Route, RouteTable, RouteTracing, VirtualHost } from './route.ts';
import { RouteIndex } from './route-index.ts';
import { ROUTE_MESSAGES } from './supported.ts';

export interface RouteTableOptions {
  /** What `filterConfigs` hold. Without it they hold the Any messages themselves. */
  readonly decodeFilterConfig?: DecodeFilterConfig;
}

/** RouteConfiguration.max_direct_response_body_size_bytes: "If not specified the default is 4096". */
const DEFAULT_MAX_BODY_BYTES = 4096;
const NO_MATCH = create(RouteMatchSchema);
const NO_FILTERS: FilterOverrides = new Map();
const keepAny: DecodeFilterConfig = (_name, config) => ({ ok: true, value: config, issues: [] });

/** Compiles a RouteConfiguration; the issues say by xDS field path what is wrong or not supported. */
export function compileRouteTable(message: RouteConfiguration, options: RouteTableOptions = {}): Decoded<RouteTable> {
  const issues = new Issues(`RouteConfiguration ${message.name}`);
  checkFields(RouteConfigurationSchema, message, '', ROUTE_MESSAGES, issues);
  const levels = tableLevels(message, options.decodeFilterConfig ?? keepAny, issues);
  const names = new Set<string>();
  const hosts = new HostIndex<HostEntry>();
  const virtualHosts = message.virtualHosts.map((host, i) => {
    const at = `virtual_hosts[${i}]`;
    if (host.name === '') issues.error(`${at}.name`, 'missing-field', 'is empty', 'a name that is unique in the table');
    else if (names.has(host.name))
      issues.error(`${at}.name`, 'duplicate', `\`${host.name}\` stands twice`, 'unique names');
    names.add(host.name);
    const entry = compileVirtualHost(host, at, levels, issues);
    addDomains(hosts, entry, at, issues);
    return entry.virtualHost;
  });
  return issues.end({
    name: message.name,
    virtualHosts,
    internalOnlyHeaders: message.internalOnlyHeaders.map((name) => name.toLowerCase()),
    ignorePort: message.ignorePortInHostMatching,
    ignorePathParameters: message.ignorePathParametersInPathMatching,
    validateClusters: message.validateClusters ?? false,
    filterConfigs: levels.filters,
    origin: originOf(message.metadata),
    hosts,
  });
}

function tableLevels(message: RouteConfiguration, decodeFilter: DecodeFilterConfig, issues: Issues): Levels {
  const levels: Levels = {
    headers: [headerLevel(message, '', issues)],
    specificWins: message.mostSpecificHeaderMutationsWins,
    filters: NO_FILTERS,
    decodeFilter,
    retry: undefined,
    mirrors: { policies: message.requestMirrorPolicies, at: 'request_mirror_policies' },
    bufferLimit: undefined,
    maxBodyBytes: message.maxDirectResponseBodySizeBytes ?? DEFAULT_MAX_BODY_BYTES,
  };
  return { ...levels, filters: narrowFilters(levels, message.typedPerFilterConfig, '', issues) };
}

function addDomains(hosts: HostIndex<HostEntry>, entry: HostEntry, at: string, issues: Issues): void {
  const { domains } = entry.virtualHost;
  if (domains.length === 0)
    issues.error(`${at}.domains`, 'missing-field', 'is empty', 'at least one domain, such as `*`');
  domains.forEach((domain, i) => {
    const where = `${at}.domains[${i}]`;
    if (
      domain === '' ||
      domain.indexOf('*', 1) !== (domain.length > 1 && domain.endsWith('*') ? domain.length - 1 : -1)
    ) {
      issues.error(where, 'invalid-value', `\`${domain}\``, 'a name, `*.suffix`, `prefix.*` or `*`');
    } else if (domain.length > 1 && domain.startsWith('*') && domain.endsWith('*')) {
      issues.error(where, 'invalid-value', `\`${domain}\` has two wildcards`, 'one, first or last');
    } else if (!hosts.add(domain, entry)) {
      issues.error(
        where,
        'duplicate',
        `\`${domain}\` belongs to another virtual host already`,
        'each domain once per table',
      );
    }
  });
}

function compileVirtualHost(message: VirtualHostMessage, at: string, table: Levels, issues: Issues): HostEntry {
  const mirrors = message.requestMirrorPolicies;
  const levels: Levels = {
    ...table,
    headers: [headerLevel(message, at, issues), ...table.headers],
    filters: narrowFilters(table, message.typedPerFilterConfig, at, issues),
    retry:
      message.retryPolicy === undefined
        ? undefined
        : compileRetryPolicy(message.retryPolicy, `${at}.retry_policy`, issues),
    mirrors: mirrors.length === 0 ? table.mirrors : { policies: mirrors, at: `${at}.request_mirror_policies` },
    bufferLimit: message.perRequestBufferLimitBytes,
  };
  const routes = message.routes.map((route, i) => compileRoute(route, i, `${at}.routes[${i}]`, levels, issues));
  const virtualHost: VirtualHost = {
    name: message.name,
    domains: message.domains,
    routes,
    requireTls: requireTls(message.requireTls),
    requestAttemptCount: message.includeRequestAttemptCount,
    responseAttemptCount: message.includeAttemptCountInResponse,
    isTimeoutRetryHeader: message.includeIsTimeoutRetryHeader,
    rateLimits: compileRateLimits(message.rateLimits, `${at}.rate_limits`, issues),
    filterConfigs: levels.filters,
    origin: originOf(message.metadata),
  };
  return {
    virtualHost,
    plans: routes.map((route) => preparePlan(virtualHost, route)),
    splits: routes.map((route) => prepareSplit(virtualHost, route)),
    index: new RouteIndex(routes.map((route) => route.match)),
    noRoute: noRoutePlan(virtualHost),
  };
}

function requireTls(requirement: TlsRequirement): VirtualHost['requireTls'] {
  if (requirement === TlsRequirement.ALL) return 'all';
  return requirement === TlsRequirement.EXTERNAL_ONLY ? 'external' : 'none';
}

function compileRoute(message: RouteMessage, index: number, at: string, host: Levels, issues: Issues): Route {
  if (message.match === undefined) issues.error(`${at}.match`, 'missing-field', 'is not given', 'a match');
  const levels: Levels = {
    ...host,
    headers: [headerLevel(message, at, issues), ...host.headers],
    filters: narrowFilters(host, message.typedPerFilterConfig, at, issues),
  };
  const match = compileRouteMatch(message.match ?? NO_MATCH, `${at}.match`, issues);
  return {
    index,
    name: message.name,
    match,
    action: compileAction(message, match, at, levels, issues),
    responseHeaders: sealOps(levelOps(levels, 'response')),
    requestBufferLimitBytes: message.perRequestBufferLimitBytes ?? levels.bufferLimit,
    statPrefix: message.statPrefix,
    operation: message.decorator?.operation,
    propagateOperation: message.decorator?.propagate ?? true,
    tracing: compileTracing(message),
    metadata: metadataValue(message.metadata),
    filterConfigs: levels.filters,
    origin: originOf(message.metadata),
  };
}

function compileTracing(message: RouteMessage): RouteTracing | undefined {
  const tracing = message.tracing;
  if (tracing === undefined) return undefined;
  const all = { numerator: 100, denominator: 100 };
  const share = (percent: Parameters<typeof fraction>[0] | undefined): RouteTracing['client'] =>
    percent === undefined ? all : fraction(percent);
  return {
    client: share(tracing.clientSampling),
    random: share(tracing.randomSampling),
    overall: share(tracing.overallSampling),
  };
}
