import { ipOrCidrProblem, isIpAddress } from '../../checks/address.ts';
import {
  fqdnProblem,
  isDnsLabel,
  isWildcard,
  partialWildcardProblem,
  wildcardDomainProblem,
} from '../../checks/dns.ts';
import { checkExportTo } from '../../checks/export-to.ts';
import { checkLabels } from '../../checks/labels.ts';
import { portProblem } from '../../checks/port.ts';
import { protocolOf, protocolProblem } from '../../checks/protocol.ts';
import { checkSelectorLabels } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkEndpointPorts, checkWorkloadEntry } from '../workload-entry/validate.ts';
import { checkDynamicDns } from './dynamic-dns.ts';
import type { ServiceEntrySpec } from './type.ts';

/** What the Istio API documents for ServiceEntry, and its webhook enforces. */
export function validateServiceEntry(spec: ServiceEntrySpec, metadata: ObjectMeta, report: Report): void {
  if (spec.workloadSelector !== undefined) {
    checkSelectorLabels(spec.workloadSelector.labels, 'spec.workloadSelector.labels', report);
    if (spec.endpoints !== undefined) {
      report.error('spec', 'conflicting-fields', 'only one of workloadSelector and endpoints can be set');
    }
  }
  checkHosts(spec, report);
  checkAddresses(spec, report);
  checkPorts(spec, metadata, report);
  checkResolution(spec, metadata, report);
  checkSharedPorts(spec, report);
  const context = { namespace: metadata.namespace, allowNone: true, ownNamespaceOnly: false };
  checkExportTo(spec.exportTo, context, 'spec.exportTo', report);
}

function checkHosts(spec: ServiceEntrySpec, report: Report): void {
  const hosts = spec.hosts ?? [];
  if (hosts.length === 0) report.error('spec.hosts', 'missing-field', 'a service entry must have at least one host');
  for (const [i, host] of hosts.entries()) {
    const at = `spec.hosts[${i}]`;
    const problem =
      host === '*' ? 'a service entry cannot take every host: * is not allowed' : wildcardDomainProblem(host);
    if (problem !== undefined) report.error(at, 'invalid-host', problem);
    const partial = spec.resolution === 'DYNAMIC_DNS' ? undefined : partialWildcardProblem(host);
    if (partial !== undefined) report.warning(at, 'invalid-host', partial);
  }
}

function checkAddresses(spec: ServiceEntrySpec, report: Report): void {
  const ranges = spec.resolution ?? 'NONE';
  for (const [i, address] of (spec.addresses ?? []).entries()) {
    const at = `spec.addresses[${i}]`;
    const problem = ipOrCidrProblem(address);
    if (problem !== undefined) report.error(at, 'invalid-address', problem);
    if (address.includes('/') && ranges !== 'NONE' && ranges !== 'STATIC') {
      report.error(at, 'conflicting-fields', 'CIDR addresses are allowed only for resolution NONE or STATIC');
    }
  }
}

/** Whether the mesh gives hosts an address when the entry has none. */
function allocatesAddresses(spec: ServiceEntrySpec, metadata: ObjectMeta): boolean {
  const label = metadata.labels['networking.istio.io/enable-autoallocate-ip'];
  return (
    (spec.resolution ?? 'NONE') !== 'NONE' && label?.toLowerCase() !== 'false' && (spec.addresses ?? []).length === 0
  );
}

function checkPorts(spec: ServiceEntrySpec, metadata: ObjectMeta, report: Report): void {
  const names = new Set<string>();
  const numbers = new Set<number>();
  const needsAddress = (spec.addresses ?? []).length === 0 && !allocatesAddresses(spec, metadata);
  for (const [i, port] of (spec.ports ?? []).entries()) {
    const at = `spec.ports[${i}]`;
    const { name = '', number = 0, protocol = '', targetPort = 0 } = port;
    if (names.has(name))
      report.error(`${at}.name`, 'duplicate', `the port name ${JSON.stringify(name)} is already defined`);
    if (numbers.has(number)) report.error(`${at}.number`, 'duplicate', `the port ${number} is already defined`);
    names.add(name);
    numbers.add(number);
    if (!isDnsLabel(name)) report.error(`${at}.name`, 'invalid-name', `invalid port name ${JSON.stringify(name)}`);
    const unknown = protocolProblem(protocol);
    if (unknown !== undefined) report.error(`${at}.protocol`, 'unknown-value', unknown);
    const invalid = portProblem(number);
    if (invalid !== undefined) report.error(`${at}.number`, 'invalid-port', invalid);
    const target = targetPort === 0 ? undefined : portProblem(targetPort);
    if (target !== undefined) report.error(`${at}.targetPort`, 'invalid-port', target);
    if (needsAddress && (protocol === '' || protocol === 'TCP')) {
      report.warning(at, 'missing-address', 'a TCP port needs addresses, because none are allocated to this entry');
    }
  }
}

function checkResolution(spec: ServiceEntrySpec, metadata: ObjectMeta, report: Report): void {
  const endpoints = spec.endpoints ?? [];
  const servicePorts = new Set((spec.ports ?? []).map((port) => port.name ?? ''));
  switch (spec.resolution ?? 'NONE') {
    case 'NONE':
      if (endpoints.length > 0)
        report.error('spec.endpoints', 'conflicting-fields', 'resolution NONE cannot have endpoints');
      if (spec.workloadSelector !== undefined) {
        report.warning('spec.workloadSelector', 'no-effect', 'workloadSelector should not be set with resolution NONE');
      }
      break;
    case 'STATIC':
      for (const [i, endpoint] of endpoints.entries()) {
        checkWorkloadEntry(endpoint, { allowFqdn: false, servicePorts }, `spec.endpoints[${i}]`, report);
      }
      break;
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      checkDns(spec, servicePorts, report);
      break;
    case 'DYNAMIC_DNS':
      checkDynamicDns(spec, metadata, report);
      break;
  }
}

function checkDns(spec: ServiceEntrySpec, servicePorts: ReadonlySet<string>, report: Report): void {
  const endpoints = spec.endpoints ?? [];
  if (endpoints.length === 0) {
    for (const [i, host] of (spec.hosts ?? []).entries()) {
      const problem = fqdnProblem(host);
      if (problem === undefined) continue;
      const why = `${isWildcard(host) ? 'a wildcard cannot be resolved' : problem}, and there are no endpoints to resolve instead`;
      report.error(`spec.hosts[${i}]`, 'invalid-host', why);
    }
  }
  if (spec.resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    report.error('spec.endpoints', 'too-many', 'resolution DNS_ROUND_ROBIN takes at most one endpoint');
  }
  for (const [i, endpoint] of endpoints.entries()) {
    const at = `spec.endpoints[${i}]`;
    const address = endpoint.address ?? '';
    if (!isIpAddress(address) && fqdnProblem(address) !== undefined) {
      report.error(`${at}.address`, 'invalid-address', `${JSON.stringify(address)} is not a valid endpoint address`, {
        expected: 'an IP address or a fully qualified name',
      });
    }
    checkLabels(endpoint.labels, `${at}.labels`, report);
    checkEndpointPorts(endpoint.ports, servicePorts, `${at}.ports`, report);
  }
  const sharedTcp = (spec.ports ?? []).some((port) => protocolOf(port.protocol ?? '')?.tcp === true);
  if ((spec.addresses ?? []).length > 0 && sharedTcp && (spec.hosts ?? []).length > 1) {
    report.warning(
      'spec.hosts',
      'ambiguous',
      'more than one host with addresses and a TCP port: the hosts cannot be told apart',
    );
  }
}

/** Plain TCP says nothing about the host, so several hosts cannot share such a port, unless hosts do not matter. */
function checkSharedPorts(spec: ServiceEntrySpec, report: Report): void {
  if ((spec.resolution ?? 'NONE') === 'NONE' || (spec.hosts ?? []).length <= 1) return;
  for (const [i, port] of (spec.ports ?? []).entries()) {
    const protocol = protocolOf(port.protocol ?? '');
    if (protocol?.http !== true && protocol?.tls !== true) {
      report.error(
        `spec.ports[${i}].protocol`,
        'ambiguous',
        'several hosts cannot share a port that is neither HTTP nor TLS',
      );
      return;
    }
  }
}
