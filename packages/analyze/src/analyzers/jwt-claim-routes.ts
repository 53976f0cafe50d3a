import type { Resource } from '@weft/config';
import { selects } from '@weft/mesh';
import type { Analyzer, Tell } from '../analyzer.ts';
import { fullName, type Objects } from '../objects.ts';

/** `@request.auth.claims.group` and `@request.auth.claims[group]` stand for a claim of the token instead of a header. */
const CLAIM = /^@request\.auth\.claims(?:\..+|\[.+\])$/i;

interface ClaimUse {
  readonly key: string;
  readonly at: string;
}

function firstClaim({ spec }: Resource<'VirtualService'>): ClaimUse | undefined {
  for (const [i, { match = [] }] of (spec.http ?? []).entries()) {
    for (const [j, conditions] of match.entries()) {
      for (const field of ['headers', 'withoutHeaders'] as const) {
        const key = Object.keys(conditions[field] ?? {}).find((name) => CLAIM.test(name));
        if (key !== undefined) return { key, at: `spec.http[${i}].match[${j}].${field}` };
      }
    }
  }
  return undefined;
}

/** Whether tokens of requests to a pod are verified, so that their claims are known. */
function isVerified({ metadata }: Resource<'Pod'>, objects: Objects): boolean {
  return objects.of('RequestAuthentication').some(({ metadata: { namespace }, spec }) => {
    const applies = namespace === 'istio-system' || namespace === metadata.namespace;
    return applies && selects(spec.selector?.matchLabels ?? {}, metadata.labels);
  });
}

function check(service: Resource<'VirtualService'>, objects: Objects, tell: Tell): void {
  const use = firstClaim(service);
  if (use === undefined) return;
  for (const reference of service.spec.gateways ?? []) {
    const gateway = objects.findReferred('Gateway', service.metadata.namespace, reference);
    if (gateway === undefined) continue;
    for (const pod of objects.of('Pod')) {
      if (!selects(gateway.spec.selector ?? {}, pod.metadata.labels) || isVerified(pod, objects)) continue;
      tell('IST0149', service, use.at, { key: use.key, gateway: fullName(gateway), pod: pod.metadata.name });
    }
  }
}

/** Routing by claims of tokens that nobody verifies. */
export const jwtClaimRoutes: Analyzer = {
  name: 'virtualservice.JWTClaimRouteAnalyzer',
  codes: ['IST0149'],
  analyze(objects, tell) {
    for (const service of objects.of('VirtualService')) check(service, objects, tell);
  },
};
