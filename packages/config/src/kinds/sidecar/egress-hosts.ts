import { isDnsLabel, partialWildcardProblem, wildcardDomainProblem } from '../../checks/dns.ts';
import type { Report } from '../../schema/index.ts';

/** Hosts a workload may reach, each `namespace/dnsName`; `.` is its own namespace, `~ns/…` takes one out. */
export function checkEgressHosts(hosts: readonly string[], namespace: string, at: string, report: Report): void {
  if (hosts.length === 0) report.error(at, 'missing-field', 'an egress listener must have at least one host');
  const byNamespace = new Map<string, Set<string>>();
  for (const [i, entry] of hosts.entries()) {
    const path = `${at}[${i}]`;
    checkForm(entry, path, report);
    const slash = entry.indexOf('/');
    if (slash === -1 || entry.startsWith('~')) continue;
    const owner = entry.slice(0, slash) === '.' ? namespace : entry.slice(0, slash);
    const name = entry.slice(slash + 1);
    const names = byNamespace.get(owner) ?? new Set<string>();
    const covered = name === '*' ? names.size > 0 : names.has(name) || names.has('*');
    if (covered) report.warning(path, 'duplicate', `duplicated egress host ${entry}`);
    byNamespace.set(owner, names.add(name));
  }
  if (byNamespace.get('*')?.has('*') === true && byNamespace.size !== 1) {
    report.warning(at, 'duplicate', '*/* takes every host, the other hosts add nothing');
  }
}

function checkForm(entry: string, at: string, report: Report): void {
  const slash = entry.indexOf('/');
  if (slash === -1) {
    report.error(at, 'invalid-host', `${JSON.stringify(entry)} names no namespace`, { expected: 'namespace/dnsName' });
    return;
  }
  const written = entry.slice(0, slash);
  const namespace = written.replace(/^~/, '');
  const name = entry.slice(slash + 1);
  if (written === '' || name === '') {
    report.error(at, 'invalid-host', 'neither the namespace nor the name of namespace/dnsName may be empty');
  }
  if (!['', '*', '.'].includes(namespace) && !isDnsLabel(namespace)) {
    report.error(at, 'invalid-host', `invalid namespace ${JSON.stringify(written)}`);
  }
  if (name !== '*' && !name.includes('.')) {
    report.error(at, 'invalid-host', `the short name ${JSON.stringify(name)} is not allowed`, {
      expected: 'a fully qualified name',
    });
  }
  const problem = wildcardDomainProblem(name) ?? partialWildcardProblem(name);
  if (problem !== undefined) report.error(at, 'invalid-host', problem);
}
