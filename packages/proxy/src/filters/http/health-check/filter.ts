/** envoy.filters.http.health_check: answers requests for health itself, by the state of the proxy's clusters. */
import { headValue, matchesHeaderValue } from '@weft/engine';
import { HealthCheckSchema } from '@weft/xds/gen/envoy/extensions/filters/http/health_check/v3/health_check_pb';
import type { UpstreamCluster } from '../../../cluster/upstream-cluster.ts';
import type { Exchange } from '../../../stream/exchange.ts';
import {
  type ClusterLookup,
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { decodeHealthCheck, type HealthCheckConfig } from './config.ts';

/** Envoy's response code details, and in words why the answer is no. */
interface Verdict {
  readonly details: string;
  readonly cause: string | undefined;
}

const OK: Verdict = { details: 'health_check_ok', cause: undefined };
const CLUSTERS_OK: Verdict = { details: 'health_check_cluster_healthy', cause: undefined };

function judge(name: string, percent: number, cluster: UpstreamCluster | undefined): Verdict | undefined {
  if (cluster === undefined) return { details: 'health_check_no_cluster', cause: `cluster ${name} does not exist` };
  const { endpoints } = cluster;
  if (endpoints.length === 0) {
    if (percent === 0) return undefined;
    return { details: 'health_check_cluster_empty', cause: `cluster ${name} has no endpoints` };
  }
  let available = 0;
  for (const endpoint of endpoints) if (endpoint.health !== 'unhealthy') available++;
  if (100 * available >= endpoints.length * percent) return undefined;
  return {
    details: 'health_check_cluster_unhealthy',
    cause: `${available} of ${endpoints.length} endpoints of cluster ${name} are healthy, fewer than ${percent} %`,
  };
}

function verdictOf(config: HealthCheckConfig, clusters: ClusterLookup): Verdict {
  for (const [name, percent] of config.clusters) {
    const bad = judge(name, percent, clusters.get(name));
    if (bad !== undefined) return bad;
  }
  return config.clusters.length === 0 ? OK : CLUSTERS_OK;
}

function asksForHealth(config: HealthCheckConfig, exchange: Exchange): boolean {
  const { request } = exchange;
  return config.headers.every((match) => matchesHeaderValue(match, headValue(request, match.name)));
}

function create(config: HealthCheckConfig, { clusters }: FilterContext): HttpFilter {
  return {
    onRequestHeaders(exchange) {
      if (!asksForHealth(config, exchange)) return CONTINUE;
      exchange.record.healthCheck = true;
      const { details, cause } = verdictOf(config, clusters);
      if (cause === undefined) exchange.reply('HEALTH_CHECK', { details });
      else exchange.reply('HEALTH_CHECK_FAILED', { details, cause });
      return CONTINUE;
    },
  };
}

export const healthCheck: HttpFilterKind = httpFilter({
  schema: HealthCheckSchema,
  decode: decodeHealthCheck,
  create,
});
