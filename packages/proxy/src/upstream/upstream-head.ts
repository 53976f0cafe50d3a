import { type Endpoint, type ForwardPlan, rewriteRequest } from '@weft/engine';
import { appendHeader, setHeader } from '@weft/http';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { Exchange } from '../stream/exchange.ts';
import type { UpstreamRequestHead } from './upstream-stream.ts';

/** @hot The head of one try: path and authority as the route rewrites them for `endpoint`, and the headers that tell the upstream about it. */
export function upstreamHead(
  exchange: Exchange,
  plan: ForwardPlan,
  endpoint: Endpoint | undefined,
  suppressEnvoyHeaders: boolean,
): UpstreamRequestHead {
  const { request, upgrade } = exchange;
  const { headers } = request;
  const rewrite = rewriteRequest(plan, request, endpoint?.spec.hostname);
  if (!suppressEnvoyHeaders) {
    if (rewrite.originalPath !== undefined) setHeader(headers, 'x-envoy-original-path', rewrite.originalPath);
    if (rewrite.originalHost !== undefined) setHeader(headers, 'x-envoy-original-host', rewrite.originalHost);
  }
  // The list is the same for each try: what the first one appended stays.
  if (rewrite.forwardedHost !== undefined && exchange.record.requestAttempts === 1) {
    appendHeader(headers, 'x-forwarded-host', rewrite.forwardedHost);
  }
  if (plan.virtualHost.requestAttemptCount) {
    setHeader(headers, 'x-envoy-attempt-count', String(exchange.record.requestAttempts));
  }
  return {
    method: request.method,
    path: rewrite.path,
    authority: rewrite.authority,
    headers,
    rawNames: undefined,
    transferCodings: request.transferCodings,
    framing: request.framing,
    upgrade,
  };
}

/** @hot The host that the request will ask for, as the server of the TLS handshake; empty where the cluster has a name of its own. */
export function upstreamServerName(
  exchange: Exchange,
  plan: ForwardPlan,
  endpoint: Endpoint,
  cluster: UpstreamCluster,
): string {
  if (!cluster.namesServers) return '';
  const { request } = exchange;
  const { authority } = rewriteRequest(plan, request, endpoint.spec.hostname);
  return cluster.serverNameOf(authority, request.headers);
}
