import type { Analyzer } from '../analyzer.ts';
import { fullName } from '../objects.ts';

const VARIABLE = 'BLOCKED_CIDRS_IN_JWKS_URIS';
const SHOWN = 5;

/** Whether istiod, which fetches the keys of RequestAuthentications, may be sent to any network by them. */
export const jwksNetworks: Analyzer = {
  name: 'authn.BlockedCIDRsAnalyzer',
  codes: ['IST0175'],
  analyze(objects, tell) {
    const names = objects.of('RequestAuthentication').map(fullName);
    if (names.length === 0) return;
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    for (const deployment of objects.of('Deployment')) {
      if (deployment.metadata.labels['app'] !== 'istiod') continue;
      const containers = deployment.spec.template?.spec?.containers ?? [];
      const set = containers.some(({ env = [] }) =>
        env.some(({ name, value = '' }) => name === VARIABLE && value !== ''),
      );
      if (set) continue;
      const listed = `${names.slice(0, SHOWN).join(', ')}${more}`;
      tell('IST0175', deployment, 'spec.template.spec.containers', { count: names.length, names: listed });
    }
  },
};
