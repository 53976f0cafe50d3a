import type { Analyzer } from '../analyzer.ts';

/** Kinds that Istio had before AuthorizationPolicy. */
const REMOVED_KINDS: ReadonlySet<string> = new Set([
  'ClusterRbacConfig',
  'RbacConfig',
  'ServiceRole',
  'ServiceRoleBinding',
]);

/** Fields and kinds that are on their way out. */
export const deprecatedFields: Analyzer = {
  name: 'deprecation.FieldAnalyzer',
  codes: ['IST0002'],
  analyze(objects, tell) {
    for (const service of objects.of('VirtualService')) {
      for (const [i, { fault }] of (service.spec.http ?? []).entries()) {
        if ((fault?.delay?.percent ?? 0) <= 0) continue;
        const detail = 'fault.delay.percent is deprecated: use fault.delay.percentage';
        tell('IST0002', service, `spec.http[${i}].fault.delay.percent`, { detail });
      }
    }
    for (const sidecar of objects.of('Sidecar')) {
      if (sidecar.spec.outboundTrafficPolicy?.egressProxy === undefined) continue;
      const detail = 'outboundTrafficPolicy.egressProxy is deprecated and ignored';
      tell('IST0002', sidecar, 'spec.outboundTrafficPolicy.egressProxy', { detail });
    }
    for (const definition of objects.of('CustomResourceDefinition')) {
      const { group, names } = definition.spec;
      if (group !== 'rbac.istio.io' || !REMOVED_KINDS.has(names?.kind ?? '')) continue;
      tell('IST0002', definition, 'spec.names.kind', {
        detail: `the kind ${names?.kind}.${group} was removed from Istio`,
      });
    }
  },
};
