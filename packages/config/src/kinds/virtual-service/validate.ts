import { isIpAddress } from '../../checks/address.ts';
import { gatewayDomainProblem, hostsOverlap, wildcardDomainProblem } from '../../checks/dns.ts';
import { checkExportTo } from '../../checks/export-to.ts';
import { isClaimName } from '../../checks/header.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkGatewayNames } from './gateway-names.ts';
import { checkHttpRoute } from './http-route.ts';
import { checkTcpRoute, checkTlsRoute } from './l4-route.ts';
import { warnUnreachable } from './reachability.ts';
import type { VirtualServiceSpec } from './type.ts';

/** What the Istio API documents for VirtualService, and its webhook enforces. */
export function validateVirtualService(spec: VirtualServiceSpec, metadata: ObjectMeta, report: Report): void {
  const gateways = spec.gateways ?? [];
  const forGateway = gateways.length > 0 && !gateways.includes('mesh');
  const delegate = (spec.hosts ?? []).length === 0;
  if (delegate) checkDelegate(spec, report);
  checkGatewayNames(gateways, 'spec.gateways', report);
  if (!forGateway) checkNoClaims(spec, report);
  checkHosts(spec, forGateway, report);
  if ([spec.http, spec.tcp, spec.tls].every((routes) => (routes ?? []).length === 0)) {
    report.error('spec', 'missing-field', 'http, tcp or tls routes must be given');
  }
  for (const [i, route] of (spec.http ?? []).entries()) checkHttpRoute(route, delegate, `spec.http[${i}]`, report);
  for (const [i, route] of (spec.tls ?? []).entries()) checkTlsRoute(route, spec, forGateway, `spec.tls[${i}]`, report);
  for (const [i, route] of (spec.tcp ?? []).entries()) checkTcpRoute(route, `spec.tcp[${i}]`, report);
  const context = { namespace: metadata.namespace, allowNone: false, ownNamespaceOnly: false };
  checkExportTo(spec.exportTo, context, 'spec.exportTo', report);
  warnUnreachable(spec, report);
}

/** Without hosts the rules are included by another VirtualService, which has the rest. */
function checkDelegate(spec: VirtualServiceSpec, report: Report): void {
  for (const field of ['gateways', 'tls', 'tcp'] as const) {
    if ((spec[field] ?? []).length > 0) {
      report.error(
        `spec.${field}`,
        'conflicting-fields',
        `a virtual service without hosts is a delegate, it cannot have ${field}`,
      );
    }
  }
}

/** Tokens are verified at gateways, so claims are known only there. */
function checkNoClaims(spec: VirtualServiceSpec, report: Report): void {
  for (const [i, route] of (spec.http ?? []).entries()) {
    for (const [j, match] of (route.match ?? []).entries()) {
      for (const field of ['headers', 'withoutHeaders'] as const) {
        for (const name of Object.keys(match[field] ?? {})) {
          if (!isClaimName(name)) continue;
          const at = `spec.http[${i}].match[${j}].${field}.${name}`;
          report.error(at, 'unsupported', 'routing by a JWT claim is only supported at gateways', {
            hint: 'set gateways',
          });
        }
      }
    }
  }
}

function checkHosts(spec: VirtualServiceSpec, forGateway: boolean, report: Report): void {
  const hosts = spec.hosts ?? [];
  const hasSni = (spec.tls ?? []).some((route) =>
    (route.match ?? []).some((match) => (match.sniHosts ?? []).length > 0),
  );
  let valid = true;
  for (const [i, host] of hosts.entries()) {
    const at = `spec.hosts[${i}]`;
    const problem = forGateway ? gatewayDomainProblem(host, hasSni) : wildcardDomainProblem(host);
    if (problem !== undefined && !isIpAddress(host)) {
      report.error(at, 'invalid-host', problem);
      valid = false;
    } else if (host === '*' && !forGateway) {
      report.error(at, 'invalid-host', 'the host * is not allowed in the mesh, only at gateways');
      valid = false;
    }
  }
  if (!valid) return;
  for (const [i, host] of hosts.entries()) {
    const earlier = hosts.slice(0, i).find((other) => hostsOverlap(other, host));
    if (earlier !== undefined) report.error(`spec.hosts[${i}]`, 'duplicate', `duplicate hosts: ${earlier} and ${host}`);
  }
}
