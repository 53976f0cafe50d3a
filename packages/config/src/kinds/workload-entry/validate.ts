import { isIpAddress, UNIX_PREFIX, unixPathProblem } from '../../checks/address.ts';
import { fqdnProblem, isDnsLabel } from '../../checks/dns.ts';
import { checkLabels } from '../../checks/labels.ts';
import { portProblem } from '../../checks/port.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { WorkloadEntrySpec } from './type.ts';

/** What the Istio API documents for WorkloadEntry, and its webhook enforces. */
export function validateWorkloadEntry(spec: WorkloadEntrySpec, _metadata: ObjectMeta, report: Report): void {
  checkWorkloadEntry(spec, { allowFqdn: true, servicePorts: undefined }, 'spec', report);
}

interface EntryContext {
  /** Names are addresses too: not so where endpoints are static. */
  readonly allowFqdn: boolean;
  /** Names of the ports of the ServiceEntry the endpoint belongs to. */
  readonly servicePorts: ReadonlySet<string> | undefined;
}

/** An entry of its own, or an endpoint of a static ServiceEntry. */
export function checkWorkloadEntry(entry: WorkloadEntrySpec, context: EntryContext, at: string, report: Report): void {
  const address = entry.address ?? '';
  if (address === '') {
    if ((entry.network ?? '') === '') {
      report.error(`${at}.address`, 'missing-field', 'an address is required');
      return;
    }
    report.warning(`${at}.address`, 'missing-field', `no address is set with network ${JSON.stringify(entry.network)}`);
  } else if (address.startsWith(UNIX_PREFIX)) {
    checkUnixEndpoint(entry, address, context, at, report);
  } else if (!isIpAddress(address)) {
    const invalid = context.allowFqdn ? fqdnProblem(address) !== undefined : true;
    const expected = context.allowFqdn ? 'an IP address or a fully qualified name' : 'an IP address';
    if (invalid) {
      report.error(`${at}.address`, 'invalid-address', `${JSON.stringify(address)} is not a valid endpoint address`, {
        expected,
      });
    }
  }
  checkEndpointPorts(entry.ports, context.servicePorts, `${at}.ports`, report);
  checkLabels(entry.labels, `${at}.labels`, report);
}

function checkUnixEndpoint(
  entry: WorkloadEntrySpec,
  address: string,
  context: EntryContext,
  at: string,
  report: Report,
): void {
  const problem = unixPathProblem(address.slice(UNIX_PREFIX.length));
  if (problem !== undefined) report.error(`${at}.address`, 'invalid-address', problem);
  if (Object.keys(entry.ports ?? {}).length > 0) {
    report.error(`${at}.ports`, 'conflicting-fields', 'a unix endpoint cannot have ports');
  }
  if (context.servicePorts !== undefined && context.servicePorts.size !== 1) {
    report.error(`${at}.address`, 'conflicting-fields', 'a unix endpoint needs a service with exactly one port');
  }
}

/** Ports by name: each a port of the service, if that is known. */
export function checkEndpointPorts(
  ports: Readonly<Record<string, number>> | undefined,
  servicePorts: ReadonlySet<string> | undefined,
  at: string,
  report: Report,
): void {
  for (const [name, number] of Object.entries(ports ?? {})) {
    const path = `${at}.${name}`;
    if (servicePorts?.has(name) === false) {
      report.error(path, 'unknown-port', `the service entry defines no port ${JSON.stringify(name)}`);
    }
    // A character less than a DNS label may have: the CRD's rule.
    if (!isDnsLabel(name) || name.length > 62) {
      report.error(path, 'invalid-name', `invalid port name ${JSON.stringify(name)}`);
    }
    const problem = portProblem(number);
    if (problem !== undefined) report.error(path, 'invalid-port', problem);
  }
}
