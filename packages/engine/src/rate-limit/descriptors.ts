/** Which descriptors a request has (Envoy, "Rate limit actions").   in: plan, head, who asks   out: descriptors, perhaps none */
import { parseIp } from '../endpoint/ip.ts';
import { matchedValue, matchesHeaderValue } from '../match/header-match.ts';
import { matchesQuery } from '../match/query-match.ts';
import type { ForwardPlan } from '../plan/plan.ts';
import { headValue, type RequestHead } from '../plan/request-head.ts';
import type { MetadataValue } from '../route/route.ts';
import type { Descriptor, RateLimitAction, RateLimitRule, VirtualHostRules } from './rate-limit.ts';

export interface RateLimitInput {
  readonly plan: ForwardPlan;
  readonly head: RequestHead;
  /** The proxy's own cluster (`node.cluster`). */
  readonly sourceCluster: string;
  /** The client's address, as trusted, without its port; empty when it has none. */
  readonly remoteHost: string;
}

/** The descriptors for one stage, the route's before its virtual host's. `vhost` is overruled by `include_vh_rate_limits`. */
export function rateLimitDescriptors(
  input: RateLimitInput,
  stage: number,
  vhost: VirtualHostRules,
): readonly Descriptor[] {
  const { action, virtualHost } = input.plan;
  const out: Descriptor[] = [];
  collect(action.rateLimits, stage, input, out);
  const include = action.includeVirtualHostRateLimits || vhost === 'include';
  if (include || (vhost === 'override' && action.rateLimits.length === 0))
    collect(virtualHost.rateLimits, stage, input, out);
  return out;
}

function collect(rules: readonly RateLimitRule[], stage: number, input: RateLimitInput, out: Descriptor[]): void {
  for (const rule of rules) {
    if (rule.stage !== stage) continue;
    const descriptor = describe(rule, input);
    if (descriptor !== undefined && descriptor.length > 0) out.push(descriptor);
  }
}

/** Undefined when an action has nothing to say. */
function describe(rule: RateLimitRule, input: RateLimitInput): Descriptor | undefined {
  const entries: [string, string][] = [];
  for (const action of rule.actions) {
    const entry = entryOf(action, input);
    if (entry === undefined) return undefined;
    if (entry !== SKIP) entries.push(entry);
  }
  return entries;
}

const SKIP: [string, string] = ['', ''];

function entryOf(
  action: RateLimitAction,
  { plan, head, sourceCluster, remoteHost }: RateLimitInput,
): [string, string] | undefined {
  switch (action.kind) {
    case 'source-cluster':
      return ['source_cluster', sourceCluster];
    case 'destination-cluster':
      return ['destination_cluster', plan.cluster];
    case 'remote-address':
      return parseIp(remoteHost) === undefined ? undefined : ['remote_address', remoteHost];
    case 'generic':
      return [action.key, action.value];
    case 'header': {
      const value = headValue(head, action.name);
      return value === undefined ? absent(action.skipIfAbsent) : [action.key, value];
    }
    case 'header-match': {
      const hit = action.headers.every((match) => matchesHeaderValue(match, matchedValue(head, match.name)));
      return hit === action.expect ? [action.key, action.value] : undefined;
    }
    case 'query-match': {
      const hit = action.parameters.every((match) => matchesQuery(match, head.path));
      return hit === action.expect ? [action.key, action.value] : undefined;
    }
    case 'route-metadata': {
      const value = textAt(plan.route.metadata, action.filter, action.path) || action.orElse;
      return value === '' ? absent(action.skipIfAbsent) : [action.key, value];
    }
  }
}

function absent(skip: boolean): [string, string] | undefined {
  return skip ? SKIP : undefined;
}

function textAt(metadata: MetadataValue, filter: string, path: readonly string[]): string {
  let value: unknown = metadata[filter];
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return '';
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return typeof value === 'string' ? value : '';
}
