import { fqdnProblem, isDnsLabel } from '../../checks/dns.ts';
import type { Report } from '../../schema/index.ts';

/** Gateways as `namespace/name`, `name`, or the reserved `mesh`. */
export function checkGatewayNames(names: readonly string[] | undefined, at: string, report: Report): void {
  for (const [i, name] of (names ?? []).entries()) checkGatewayName(name, `${at}[${i}]`, report);
}

function checkGatewayName(name: string, at: string, report: Report): void {
  const slash = name.indexOf('/');
  if (slash === -1) {
    const [first = '', second] = name.split('.');
    if (second !== undefined) {
      report.warning(at, 'deprecated', `${JSON.stringify(name)} is the legacy form of a gateway's name`, {
        hint: `write ${second}/${first}`,
      });
    }
    const problem = fqdnProblem(name);
    if (problem !== undefined) report.error(at, 'invalid-gateway', problem);
    return;
  }
  for (const part of [name.slice(0, slash), name.slice(slash + 1)]) {
    if (!isDnsLabel(part)) {
      report.error(at, 'invalid-gateway', `${JSON.stringify(part)} in ${JSON.stringify(name)} is not a DNS label`, {
        expected: '<namespace>/<gateway>',
      });
    }
  }
}
