import type { Report } from '../../schema/index.ts';
import type { BackendObjectReference, ParentReference } from '../../shared/gateway-api/type.ts';

/** A reference to a Service, the kind that is meant when none is written, needs a port. */
export function checkBackendRef(ref: BackendObjectReference | undefined, at: string, report: Report): void {
  if (ref === undefined) return;
  if ((ref.group ?? '') === '' && (ref.kind ?? 'Service') === 'Service' && ref.port === undefined) {
    report.error(`${at}.port`, 'missing-field', 'a reference to a Service must have a port');
  }
}

export function checkBackendRefs(
  refs: readonly BackendObjectReference[] | undefined,
  at: string,
  report: Report,
): void {
  for (const [i, ref] of (refs ?? []).entries()) checkBackendRef(ref, `${at}.backendRefs[${i}]`, report);
}

interface Section {
  readonly sectionName?: string;
  readonly port?: number;
}

/** Several references to the same object say which part each means, all in the same way, and no two mean the same part. */
export function checkSections<T extends Section>(
  refs: readonly T[],
  identity: (ref: T) => string,
  at: string,
  report: Report,
): void {
  for (const [i, ref] of refs.entries()) {
    const others = refs.slice(0, i).filter((other) => identity(other) === identity(ref));
    if (others.some((other) => sectionOf(other) === sectionOf(ref))) {
      report.error(`${at}[${i}]`, 'duplicate', 'the same object is referred to twice with the same section and port');
    } else if (others.some((other) => wayOf(other) !== wayOf(ref))) {
      report.error(
        `${at}[${i}]`,
        'missing-field',
        'several references to one object must set the same of sectionName and port',
      );
    }
  }
}

function sectionOf(ref: Section): string {
  return `${ref.sectionName ?? ''}/${ref.port ?? 0}`;
}

/** Which of the two fields a reference uses. */
function wayOf(ref: Section): string {
  return `${(ref.sectionName ?? '') !== ''}/${(ref.port ?? 0) !== 0}`;
}

/** The objects a route attaches to. A Gateway is meant when no kind is written. */
export function checkParentRefs(refs: readonly ParentReference[] | undefined, report: Report): void {
  const identity = ({ group, kind, namespace, name }: ParentReference): string =>
    [group ?? 'gateway.networking.k8s.io', kind ?? 'Gateway', namespace ?? '', name ?? ''].join('/');
  checkSections(refs ?? [], identity, 'spec.parentRefs', report);
}

/** Rules of one route have different names. */
export function checkRuleNames(rules: readonly { readonly name?: string }[], report: Report): void {
  const names = new Set<string>();
  for (const [i, { name }] of rules.entries()) {
    if (name === undefined) continue;
    if (names.has(name))
      report.error(`spec.rules[${i}].name`, 'duplicate', `two rules have the name ${JSON.stringify(name)}`);
    names.add(name);
  }
}
