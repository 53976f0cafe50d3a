import { isForeignMessage } from '@weft/xds/registry';
import type { KindCoverage } from './kind-coverage.ts';

/** The types of all messages inside a value that our own proxy has no code for. */
function foreignTypes(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if ((key !== '@type' && key !== 'type_url' && key !== 'typeUrl') || typeof item !== 'string') {
      return foreignTypes(item);
    }
    const name = item.slice(item.lastIndexOf('/') + 1);
    return isForeignMessage(name) ? [name] : [];
  });
}

const GUARDS = /\.(basic_auth|csrf|ext_authz|oauth2|ext_proc)\./;

export const ENVOY_FILTER: KindCoverage = {
  effect: 'enforced',
  paths: ['configPatches', 'priority', 'targetRefs', 'workloadSelector'],
  gaps: [
    {
      path: 'configPatches[].applyTo',
      when: (applyTo) => applyTo === 'BOOTSTRAP',
      instead: "a proxy's bootstrap is its own file, so nothing is patched; write the setting there",
    },
    {
      path: 'configPatches[].match.context',
      when: (context) => context === 'WAYPOINT',
      instead: 'there are no waypoint proxies',
    },
    {
      path: 'configPatches[].match.listener.portName',
      instead: 'Istio has never looked at it; name the port by portNumber',
    },
    {
      path: 'configPatches[].match.proxy.proxyVersion',
      instead:
        'it is the version of an Istio agent, which the proxies of weft do not have, so the patch is not for them',
      onlyInWeft: true,
    },
    {
      path: 'configPatches[].patch.value',
      when: (value) => foreignTypes(value).length > 0,
      instead: (value) =>
        `the proxy of weft has no ${foreignTypes(value).join(', ')}, so it refuses what it is patched into; a stock Envoy takes it`,
      security: (value) => foreignTypes(value).some((type) => GUARDS.test(type)),
      onlyInWeft: true,
    },
  ],
};
