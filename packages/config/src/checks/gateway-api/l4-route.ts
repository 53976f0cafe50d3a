import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { BackendRef, ParentReference } from '../../shared/gateway-api/type.ts';
import { checkBackendRefs, checkParentRefs, checkRuleNames } from './references.ts';

interface L4RouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly rules?: readonly { readonly name?: string; readonly backendRefs?: readonly BackendRef[] }[];
}

/** The CRDs' rules that TCPRoute, TLSRoute and UDPRoute have in common. */
export function validateL4Route(spec: L4RouteSpec, _metadata: ObjectMeta, report: Report): void {
  checkParentRefs(spec.parentRefs, report);
  checkRuleNames(spec.rules ?? [], report);
  for (const [i, rule] of (spec.rules ?? []).entries()) checkBackendRefs(rule.backendRefs, `spec.rules[${i}]`, report);
}
