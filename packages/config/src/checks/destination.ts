import type { Report } from '../schema/index.ts';
import type { Destination } from '../shared/destination/type.ts';
import { isDnsLabel, wildcardDomainProblem } from './dns.ts';
import { portProblem } from './port.ts';

export function subsetNameProblem(name: string): string | undefined {
  if (name === '') return 'a subset name must not be empty';
  return isDnsLabel(name) ? undefined : `invalid subset name ${JSON.stringify(name)}`;
}

/** Where traffic is sent: a host, perhaps a subset and a port. */
export function checkDestination(destination: Destination | undefined, at: string, report: Report): void {
  if (destination === undefined) return;
  const host = destination.host ?? '';
  const problem = host === '*' ? 'the destination * is not a host' : wildcardDomainProblem(host);
  if (problem !== undefined) report.error(`${at}.host`, 'invalid-host', problem);
  if ((destination.subset ?? '') !== '') {
    const invalid = subsetNameProblem(destination.subset ?? '');
    if (invalid !== undefined) report.error(`${at}.subset`, 'invalid-name', invalid);
  }
  if (destination.port !== undefined) {
    const invalid = portProblem(destination.port.number ?? 0);
    if (invalid !== undefined) report.error(`${at}.port.number`, 'invalid-port', invalid);
  }
}
