import { isIpAddress } from '../../checks/address.ts';
import { validateL4Route } from '../../checks/gateway-api/l4-route.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { TlsRouteSpec } from './type.ts';

const HOSTNAME = /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** The CRD's rules: hostnames are what SNI can carry (RFC 6066 §3). */
export function validateTlsRoute(spec: TlsRouteSpec, metadata: ObjectMeta, report: Report): void {
  validateL4Route(spec, metadata, report);
  for (const [i, hostname] of (spec.hostnames ?? []).entries()) {
    const at = `spec.hostnames[${i}]`;
    if (isIpAddress(hostname)) report.error(at, 'invalid-host', 'a hostname cannot be an IP address');
    else if (!HOSTNAME.test(hostname)) report.error(at, 'invalid-host', `invalid hostname ${JSON.stringify(hostname)}`);
  }
}
