import { map, object, type Schema, text } from '../../schema/index.ts';
import type { PolicySelector, PolicyTargetReference, WorkloadSelector } from './type.ts';

export const policySelector: Schema<PolicySelector> = object<PolicySelector>({
  matchLabels: map(text({ max: 63 }), { max: 4096 }),
});

export const policyTargetReference: Schema<PolicyTargetReference> = object<PolicyTargetReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text(),
  },
  { required: ['kind', 'name'] },
);

export const workloadSelector: Schema<WorkloadSelector> = object<WorkloadSelector>({
  labels: map(text({ max: 63 }), { max: 256 }),
});
