import type { Report } from '../schema/index.ts';
import type { PolicySelector, PolicyTargetReference } from '../shared/selector/type.ts';

/** The labels of a selector: no empty key, no wildcard; without labels it selects everything, which is worth a warning. */
export function checkSelectorLabels(
  labels: Readonly<Record<string, string>> | undefined,
  at: string,
  report: Report,
): void {
  const entries = Object.entries(labels ?? {});
  for (const [key, value] of entries) {
    if (key === '') report.error(at, 'invalid-selector', `an empty key is not supported: "=${value}"`);
    if (key.includes('*') || value.includes('*')) {
      report.error(at, 'invalid-selector', `a wildcard is not supported: "${key}=${value}"`);
    }
  }
  if (entries.length === 0) {
    report.warning(
      at,
      'empty-selector',
      'the workload selector has no labels, so it applies to every workload of the namespace',
    );
  }
}

/** Kinds a policy may be attached to, by group; the empty group is Kubernetes' core. */
const ATTACHABLE: readonly (readonly [group: string, kind: string])[] = [
  ['', 'Service'],
  ['networking.istio.io', 'ServiceEntry'],
  ['gateway.networking.k8s.io', 'Gateway'],
  ['gateway.networking.k8s.io', 'GatewayClass'],
];

function checkTargetRef(ref: PolicyTargetReference, at: string, report: Report): void {
  if ((ref.name ?? '') === '') report.error(`${at}.name`, 'missing-field', 'targetRef name must be set');
  if ((ref.namespace ?? '') !== '') {
    report.error(
      `${at}.namespace`,
      'unsupported',
      'cross namespace referencing is not supported: remove the namespace',
    );
  }
  const group = ref.group === 'core' ? '' : (ref.group ?? '');
  if (!ATTACHABLE.some(([g, kind]) => g === group && kind === ref.kind)) {
    report.error(
      at,
      'invalid-target',
      `a targetRef cannot point to ${group === '' ? 'core' : group}/${ref.kind ?? ''}`,
      {
        expected: ATTACHABLE.map(([g, kind]) => `${g === '' ? 'core' : g}/${kind}`).join(', '),
      },
    );
  }
}

interface Attachment {
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}

/** What a policy applies to: a selector or target references, never both. */
export function checkAttachment(policy: Attachment, report: Report): void {
  const set = [policy.selector !== undefined, policy.targetRef !== undefined, (policy.targetRefs ?? []).length > 0];
  if (set.filter(Boolean).length > 1) {
    report.error('spec', 'conflicting-fields', 'only one of selector, targetRef and targetRefs can be set');
  }
  if (policy.selector !== undefined) {
    checkSelectorLabels(policy.selector.matchLabels, 'spec.selector.matchLabels', report);
  }
  if (policy.targetRef !== undefined) checkTargetRef(policy.targetRef, 'spec.targetRef', report);
  checkTargetRefs(policy.targetRefs, report);
}

export function checkTargetRefs(refs: readonly PolicyTargetReference[] | undefined, report: Report): void {
  for (const [i, ref] of (refs ?? []).entries()) checkTargetRef(ref, `spec.targetRefs[${i}]`, report);
}
