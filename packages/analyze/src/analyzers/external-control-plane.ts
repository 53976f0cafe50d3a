import { isIP } from 'node:net';
import type { Resource } from '@weft/config';
import type { Analyzer, Tell } from '../analyzer.ts';

type Configuration = Resource<'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'>;

/** The host of a URL without brackets; undefined when it is no URL of the web. */
function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? hostname.replace(/^\[|\]$/g, '') : undefined;
}

function check(configuration: Configuration, tell: Tell): void {
  for (const [i, { name: webhook = '', clientConfig }] of (configuration.spec.webhooks ?? []).entries()) {
    const url = clientConfig?.url;
    const at = `webhooks[${i}].clientConfig`;
    if (url === undefined) {
      if (clientConfig?.service === undefined) {
        tell('IST0163', configuration, at, { webhook, url: '', problem: 'it has neither a URL nor a service' });
      }
      continue;
    }
    const host = hostOf(url);
    if (host === undefined) tell('IST0163', configuration, at, { webhook, url, problem: 'that is no URL' });
    else if (isIP(host) !== 0) tell('IST0164', configuration, at, { webhook, url });
  }
}

/** Istio's webhooks that point at a control plane outside the cluster. */
export const externalControlPlane: Analyzer = {
  name: 'externalcontrolplane.ExternalControlPlaneAnalyzer',
  codes: ['IST0163', 'IST0164'],
  analyze(objects, tell) {
    for (const configuration of objects.of('ValidatingWebhookConfiguration')) {
      const { name } = configuration.metadata;
      if (name === 'istiod-default-validator' || name.startsWith('istio-validator')) check(configuration, tell);
    }
    for (const configuration of objects.of('MutatingWebhookConfiguration')) {
      if (configuration.metadata.name.startsWith('istio-sidecar-injector')) check(configuration, tell);
    }
  },
};
