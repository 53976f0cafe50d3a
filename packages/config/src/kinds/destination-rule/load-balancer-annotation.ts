import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { DestinationRuleSpec } from './type.ts';

/**
 * An algorithm that Istio's API has no word for, on a DestinationRule: `peak-ewma`, balancing by latency. It stands in for the default,
 * so wherever the rule names an algorithm itself (`simple`, `consistentHash`) that one holds.
 */
export const LOAD_BALANCER_ANNOTATION = 'weft.dev/load-balancer';

const VALUES: readonly string[] = ['peak-ewma'];

export function checkLoadBalancerAnnotation(spec: DestinationRuleSpec, metadata: ObjectMeta, report: Report): void {
  const value = metadata.annotations[LOAD_BALANCER_ANNOTATION];
  if (value === undefined) return;
  const at = `metadata.annotations.${LOAD_BALANCER_ANNOTATION}`;
  if (!VALUES.includes(value)) {
    report.error(at, 'unknown-value', `unknown load balancer ${JSON.stringify(value)}`, {
      expected: VALUES.join(', '),
    });
    return;
  }
  const {
    simple = 'UNSPECIFIED',
    consistentHash,
    warmup,
    warmupDurationSecsMs,
  } = spec.trafficPolicy?.loadBalancer ?? {};
  if (consistentHash !== undefined || simple !== 'UNSPECIFIED') {
    const said = consistentHash === undefined ? `simple: ${simple}` : 'consistentHash';
    report.warning(at, 'no-effect', `spec.trafficPolicy.loadBalancer says ${said}, which beats the annotation`, {
      hint: 'remove one of the two',
    });
  } else if (warmup !== undefined || warmupDurationSecsMs !== undefined) {
    report.warning(at, 'no-effect', `${value} does not warm up new endpoints: warmup has no effect`);
  }
}
