import { ipOrCidrProblem, isIpAddress } from '../../checks/address.ts';
import { gatewayDomainProblem, hostCovers, wildcardDomainProblem } from '../../checks/dns.ts';
import { checkLabels } from '../../checks/labels.ts';
import { portProblem } from '../../checks/port.ts';
import type { Report } from '../../schema/index.ts';
import { checkGatewayNames } from './gateway-names.ts';
import type { L4MatchAttributes, TcpRoute, TlsMatchAttributes, TlsRoute, VirtualServiceSpec } from './type.ts';
import { checkWeights } from './weights.ts';

export function checkTcpRoute(route: TcpRoute, at: string, report: Report): void {
  for (const [i, match] of (route.match ?? []).entries()) checkConnection(match, `${at}.match[${i}]`, report);
  if ((route.route ?? []).length === 0) report.error(`${at}.route`, 'missing-field', 'a TCP route needs a destination');
  checkWeights(route.route ?? [], `${at}.route`, report);
}

export function checkTlsRoute(
  route: TlsRoute,
  spec: VirtualServiceSpec,
  forGateway: boolean,
  at: string,
  report: Report,
): void {
  const matches = route.match ?? [];
  if (matches.length === 0) report.error(`${at}.match`, 'missing-field', 'a TLS route must have at least one match');
  for (const [i, match] of matches.entries()) {
    const path = `${at}.match[${i}]`;
    const names = match.sniHosts ?? [];
    if (names.length === 0)
      report.error(`${path}.sniHosts`, 'missing-field', 'a TLS match must have at least one SNI host');
    for (const [j, name] of names.entries()) {
      checkSniHost(name, spec.hosts ?? [], forGateway, `${path}.sniHosts[${j}]`, report);
    }
    checkConnection(match, path, report);
  }
  if ((route.route ?? []).length === 0) report.error(`${at}.route`, 'missing-field', 'a TLS route needs a destination');
  checkWeights(route.route ?? [], `${at}.route`, report);
}

function checkConnection(match: L4MatchAttributes | TlsMatchAttributes, at: string, report: Report): void {
  for (const [i, subnet] of (match.destinationSubnets ?? []).entries()) {
    const problem = ipOrCidrProblem(subnet);
    if (problem !== undefined) report.error(`${at}.destinationSubnets[${i}]`, 'invalid-address', problem);
  }
  const problem = (match.port ?? 0) === 0 ? undefined : portProblem(match.port ?? 0);
  if (problem !== undefined) report.error(`${at}.port`, 'invalid-port', problem);
  checkLabels(match.sourceLabels, `${at}.sourceLabels`, report);
  checkGatewayNames(match.gateways, `${at}.gateways`, report);
}

function checkSniHost(name: string, hosts: readonly string[], forGateway: boolean, at: string, report: Report): void {
  const problem = forGateway ? gatewayDomainProblem(name, true) : wildcardDomainProblem(name);
  if (problem !== undefined) {
    if (isIpAddress(name)) {
      report.warning(
        at,
        'ip-as-sni',
        `the address ${name} as SNI host: RFC 6066 forbids it and most clients do not send one`,
      );
    } else report.error(at, 'invalid-host', problem);
  } else if (!hosts.some((host) => hostCovers(host, name))) {
    report.error(at, 'invalid-host', `the SNI host ${JSON.stringify(name)} is not among the hosts ${hosts.join(', ')}`);
  }
}
