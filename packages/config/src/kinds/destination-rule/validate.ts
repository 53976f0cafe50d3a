import { isIpAddress } from '../../checks/address.ts';
import { checkConnectionPool } from '../../checks/connection-pool.ts';
import { subsetNameProblem } from '../../checks/destination.ts';
import { fqdnProblem, wildcardDomainProblem } from '../../checks/dns.ts';
import { checkExportTo } from '../../checks/export-to.ts';
import { checkLabels } from '../../checks/labels.ts';
import { portProblem } from '../../checks/port.ts';
import { checkSelectorLabels } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkClientTls } from './client-tls.ts';
import { checkLoadBalancer } from './load-balancer.ts';
import { checkLoadBalancerAnnotation } from './load-balancer-annotation.ts';
import { checkOutlierDetection } from './outlier-detection.ts';
import type { DestinationRuleSpec, PortTrafficPolicy, TrafficPolicy, TunnelSettings } from './type.ts';

/** What the Istio API documents for DestinationRule, and its webhook enforces. */
export function validateDestinationRule(spec: DestinationRuleSpec, metadata: ObjectMeta, report: Report): void {
  const problem = wildcardDomainProblem(spec.host ?? '');
  if (problem !== undefined) report.error('spec.host', 'invalid-host', problem);
  checkLoadBalancerAnnotation(spec, metadata, report);
  checkTrafficPolicy(spec.trafficPolicy, metadata.namespace, 'spec.trafficPolicy', report);
  const names = new Set<string>();
  for (const [i, subset] of (spec.subsets ?? []).entries()) {
    const at = `spec.subsets[${i}]`;
    const name = subset.name ?? '';
    const invalid = subsetNameProblem(name);
    if (names.has(name)) report.error(`${at}.name`, 'duplicate', `duplicate subset name ${JSON.stringify(name)}`);
    else if (invalid !== undefined) report.error(`${at}.name`, 'invalid-name', invalid);
    names.add(name);
    checkLabels(subset.labels, `${at}.labels`, report);
    checkTrafficPolicy(subset.trafficPolicy, metadata.namespace, `${at}.trafficPolicy`, report);
  }
  const selects = spec.workloadSelector !== undefined;
  const context = { namespace: metadata.namespace, allowNone: false, ownNamespaceOnly: selects };
  checkExportTo(spec.exportTo, context, 'spec.exportTo', report);
  if (spec.workloadSelector !== undefined) {
    checkSelectorLabels(spec.workloadSelector.matchLabels, 'spec.workloadSelector.matchLabels', report);
  }
}

const POLICY_FIELDS = [
  'outlierDetection',
  'connectionPool',
  'loadBalancer',
  'tls',
  'portLevelSettings',
  'tunnel',
  'proxyProtocol',
  'retryBudget',
] as const;

function checkTrafficPolicy(policy: TrafficPolicy | undefined, namespace: string, at: string, report: Report): void {
  if (policy === undefined) return;
  if (POLICY_FIELDS.every((field) => policy[field] === undefined)) {
    report.error(at, 'missing-field', 'a traffic policy must have at least one field');
    return;
  }
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined) {
    report.error(at, 'conflicting-fields', 'tunnel and proxyProtocol cannot be set together');
  }
  checkCommon(policy, namespace, at, report);
  for (const [i, settings] of (policy.portLevelSettings ?? []).entries()) {
    checkPortPolicy(settings, namespace, `${at}.portLevelSettings[${i}]`, report);
  }
  checkTunnel(policy.tunnel, `${at}.tunnel`, report);
}

function checkCommon(policy: PortTrafficPolicy, namespace: string, at: string, report: Report): void {
  checkOutlierDetection(policy.outlierDetection, `${at}.outlierDetection`, report);
  checkConnectionPool(policy.connectionPool, `${at}.connectionPool`, report);
  checkLoadBalancer(policy.loadBalancer, policy.outlierDetection !== undefined, `${at}.loadBalancer`, report);
  checkClientTls(policy.tls, namespace, `${at}.tls`, report);
}

function checkPortPolicy(policy: PortTrafficPolicy, namespace: string, at: string, report: Report): void {
  if (policy.port === undefined) report.error(`${at}.port`, 'missing-field', 'port level settings must name a port');
  const { outlierDetection, connectionPool, loadBalancer, tls } = policy;
  if ([outlierDetection, connectionPool, loadBalancer, tls].every((field) => field === undefined)) {
    report.error(at, 'missing-field', 'port level settings must have at least one policy');
    return;
  }
  checkCommon(policy, namespace, at, report);
}

function checkTunnel(tunnel: TunnelSettings | undefined, at: string, report: Report): void {
  if (tunnel === undefined) return;
  if (!['', 'CONNECT', 'POST'].includes(tunnel.protocol ?? '')) {
    report.error(`${at}.protocol`, 'unknown-value', `unsupported tunnel protocol ${JSON.stringify(tunnel.protocol)}`, {
      expected: 'CONNECT or POST',
    });
  }
  const host = tunnel.targetHost ?? '';
  const invalidHost = isIpAddress(host) ? undefined : fqdnProblem(host);
  if (invalidHost !== undefined) report.error(`${at}.targetHost`, 'invalid-host', invalidHost);
  const invalidPort = portProblem(tunnel.targetPort ?? 0);
  if (invalidPort !== undefined) report.error(`${at}.targetPort`, 'invalid-port', invalidPort);
}
