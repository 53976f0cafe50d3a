import { list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { policySelector, policyTargetReference } from '../../shared/selector/schema.ts';
import type {
  AuthorizationExtensionProvider,
  AuthorizationPolicySpec,
  AuthorizationRule,
  RuleCondition,
  RuleFrom,
  RuleOperation,
  RuleSource,
  RuleTo,
} from './type.ts';

export const authorizationExtensionProvider: Schema<AuthorizationExtensionProvider> =
  object<AuthorizationExtensionProvider>({
    name: text(),
  });

export const ruleSource: Schema<RuleSource> = object<RuleSource>({
  ipBlocks: list(text()),
  namespaces: list(text()),
  notIpBlocks: list(text()),
  notNamespaces: list(text()),
  notPrincipals: list(text()),
  notRemoteIpBlocks: list(text()),
  notRequestPrincipals: list(text()),
  notServiceAccounts: list(text({ max: 320 }), { max: 16 }),
  notTrustDomains: list(text()),
  principals: list(text()),
  remoteIpBlocks: list(text()),
  requestPrincipals: list(text()),
  serviceAccounts: list(text({ max: 320 }), { max: 16 }),
  trustDomains: list(text()),
});

export const ruleFrom: Schema<RuleFrom> = object<RuleFrom>({
  source: ruleSource,
});

export const ruleOperation: Schema<RuleOperation> = object<RuleOperation>({
  hosts: list(text()),
  methods: list(text()),
  notHosts: list(text()),
  notMethods: list(text()),
  notPaths: list(text()),
  notPorts: list(text()),
  paths: list(text()),
  ports: list(text()),
});

export const ruleTo: Schema<RuleTo> = object<RuleTo>({
  operation: ruleOperation,
});

export const ruleCondition: Schema<RuleCondition> = object<RuleCondition>(
  {
    key: text(),
    notValues: list(text()),
    values: list(text()),
  },
  { required: ['key'] },
);

export const authorizationRule: Schema<AuthorizationRule> = object<AuthorizationRule>({
  from: list(ruleFrom, { max: 512 }),
  to: list(ruleTo),
  when: list(ruleCondition),
});

export const authorizationPolicySpec: Schema<AuthorizationPolicySpec> = object<AuthorizationPolicySpec>(
  {
    action: oneOf('ALLOW', 'DENY', 'AUDIT', 'CUSTOM'),
    provider: authorizationExtensionProvider,
    rules: list(authorizationRule, { max: 512 }),
    selector: policySelector,
    targetRef: policyTargetReference,
    targetRefs: list(policyTargetReference, { max: 16 }),
  },
  { exclusive: [{ fields: ['provider'], required: false }] },
);
