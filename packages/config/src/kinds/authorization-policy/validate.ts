import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkCustomRule } from './custom.ts';
import { checkRule } from './rule.ts';
import type { AuthorizationPolicySpec, AuthorizationRule } from './type.ts';

/** What the Istio API documents for AuthorizationPolicy, and its webhook enforces. */
export function validateAuthorizationPolicy(spec: AuthorizationPolicySpec, metadata: ObjectMeta, report: Report): void {
  checkDryRun(spec, metadata, report);
  checkAttachment(spec, report);
  const action = spec.action ?? 'ALLOW';
  if (spec.rules === undefined && (action === 'DENY' || action === 'CUSTOM')) {
    report.error('spec.rules', 'missing-field', `${action} without rules never applies`, {
      hint: 'add an empty rule {} to apply it to every request',
    });
  }
  if (action !== 'CUSTOM' && spec.provider !== undefined) {
    report.error(
      'spec.provider',
      'conflicting-fields',
      `a provider is for action CUSTOM only, the action is ${action}`,
    );
  }
  if (action === 'CUSTOM' && spec.rules !== undefined && (spec.provider?.name ?? '') === '') {
    report.error('spec.provider.name', 'missing-field', 'action CUSTOM needs provider.name');
  }
  for (const [i, rule] of (spec.rules ?? []).entries()) {
    const at = `spec.rules[${i}]`;
    if (action === 'CUSTOM') checkCustomRule(rule, at, report);
    checkRule(rule, at, report);
    if (action === 'DENY') warnHttpOnlyDeny(rule, at, report);
  }
}

const TCP_SOURCE = [
  'principals',
  'notPrincipals',
  'ipBlocks',
  'notIpBlocks',
  'namespaces',
  'notNamespaces',
  'remoteIpBlocks',
  'notRemoteIpBlocks',
  'serviceAccounts',
  'notServiceAccounts',
] as const;

/** HTTP attributes do not exist on TCP ports; a DENY rule made of them alone therefore denies TCP traffic altogether. */
function warnHttpOnlyDeny(rule: AuthorizationRule, at: string, report: Report): void {
  const sources = (rule.from ?? []).flatMap((from) => from.source ?? []);
  const operations = (rule.to ?? []).flatMap((to) => to.operation ?? []);
  const tcpFrom = sources.some((source) => TCP_SOURCE.some((field) => source[field] !== undefined));
  const tcpTo = operations.some((operation) => operation.ports !== undefined || operation.notPorts !== undefined);
  const onlyFrom = sources.length > 0 && operations.length === 0;
  if ((onlyFrom && !tcpFrom) || (operations.length > 0 && !tcpTo)) {
    report.warning(at, 'denies-tcp', 'the rule has only HTTP attributes, so it denies all traffic to TCP ports', {
      hint: 'name the ports it is for',
    });
  }
}

const DRY_RUN = 'istio.io/dry-run';

function checkDryRun(spec: AuthorizationPolicySpec, metadata: ObjectMeta, report: Report): void {
  const value = metadata.annotations[DRY_RUN];
  if (value === undefined) return;
  const at = `metadata.annotations.${DRY_RUN}`;
  const action = spec.action ?? 'ALLOW';
  if (action !== 'ALLOW' && action !== 'DENY') {
    report.error(at, 'unsupported', `dry run is for ALLOW and DENY, the action is ${action}`);
  } else if (!/^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)) {
    report.error(at, 'invalid-value', `${JSON.stringify(value)} is neither true nor false`);
  }
}
