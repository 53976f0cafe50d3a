import type { PolicySelector, PolicyTargetReference } from '../../shared/selector/type.ts';

/**
 * Who may do what.
 *
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export interface AuthorizationPolicySpec {
  readonly action?: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';
  readonly provider?: AuthorizationExtensionProvider;
  readonly rules?: readonly AuthorizationRule[];
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}

/** Matches when a source, an operation and all conditions match. */
export interface AuthorizationRule {
  readonly from?: readonly RuleFrom[];
  readonly to?: readonly RuleTo[];
  readonly when?: readonly RuleCondition[];
}

/** A condition on an attribute. */
export interface RuleCondition {
  readonly key?: string;
  readonly notValues?: readonly string[];
  readonly values?: readonly string[];
}

/** One operation. */
export interface RuleTo {
  readonly operation?: RuleOperation;
}

/** What a request does; fields are ANDed, values ORed. */
export interface RuleOperation {
  readonly hosts?: readonly string[];
  readonly methods?: readonly string[];
  readonly notHosts?: readonly string[];
  readonly notMethods?: readonly string[];
  readonly notPaths?: readonly string[];
  readonly notPorts?: readonly string[];
  readonly paths?: readonly string[];
  readonly ports?: readonly string[];
}

/** One source. */
export interface RuleFrom {
  readonly source?: RuleSource;
}

/** Where a request comes from; fields are ANDed, values ORed. */
export interface RuleSource {
  readonly ipBlocks?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly notIpBlocks?: readonly string[];
  readonly notNamespaces?: readonly string[];
  readonly notPrincipals?: readonly string[];
  readonly notRemoteIpBlocks?: readonly string[];
  readonly notRequestPrincipals?: readonly string[];
  readonly notServiceAccounts?: readonly string[];
  readonly notTrustDomains?: readonly string[];
  readonly principals?: readonly string[];
  readonly remoteIpBlocks?: readonly string[];
  readonly requestPrincipals?: readonly string[];
  readonly serviceAccounts?: readonly string[];
  readonly trustDomains?: readonly string[];
}

/** The extension provider a CUSTOM policy asks. */
export interface AuthorizationExtensionProvider {
  readonly name?: string;
}
