import type { Explanation, RouteVerdict, VirtualHostVerdict } from '@weft/engine';
import type { HopExplanation, HostExplanation, RuleExplanation } from './explanation.ts';

type Verdicts = Pick<HopExplanation, 'virtualHost' | 'otherVirtualHosts' | 'rule' | 'lostRules'>;

/** The engine's explanation of a routing decision, in the words of a hop. */
export function describeVerdicts({ virtualHosts, routes }: Explanation): Verdicts {
  const host = virtualHosts.find(({ won }) => won);
  const rule = routes.find(({ won }) => won);
  return {
    virtualHost: host && describeHost(host),
    otherVirtualHosts: virtualHosts.filter(({ won }) => !won).map(describeHost),
    rule: rule && describeRule(rule),
    lostRules: routes.filter(({ won }) => !won).map(describeRule),
  };
}

function describeHost({ virtualHost, why, origin }: VirtualHostVerdict): HostExplanation {
  return { name: virtualHost.name, domains: virtualHost.domains, why, origin };
}

function describeRule({ route, asks, why, origin }: RouteVerdict): RuleExplanation {
  return { name: route.name === '' ? `#${route.index}` : route.name, asks, why, origin };
}
