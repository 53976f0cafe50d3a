import { selects } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/** Policies that select the pods of a Kubernetes Gateway by label: only targetRefs reach those. */
export const kubernetesGatewaySelectors: Analyzer = {
  name: 'k8sgateway.SelectorAnalyzer',
  codes: ['IST0166'],
  analyze(objects, tell) {
    const pods = objects.of('Pod').filter(({ metadata }) => metadata.labels[GATEWAY_NAME] !== undefined);
    for (const type of ['AuthorizationPolicy', 'RequestAuthentication', 'Telemetry', 'WasmPlugin'] as const) {
      for (const policy of objects.of(type)) {
        const { selector, targetRef } = policy.spec;
        if (selector === undefined || targetRef !== undefined) continue;
        for (const { metadata } of pods) {
          if (metadata.namespace !== policy.metadata.namespace) continue;
          if (!selects(selector.matchLabels ?? {}, metadata.labels)) continue;
          tell('IST0166', policy, 'spec.selector', { gateway: metadata.labels[GATEWAY_NAME] ?? '' });
        }
      }
    }
  },
};
