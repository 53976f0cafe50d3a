import { isIPv4, isIPv6 } from 'node:net';
import { fqdnProblem } from '../../checks/dns.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { EndpointSliceSpec } from './type.ts';

const FITS = {
  IPv4: isIPv4,
  IPv6: isIPv6,
  FQDN: (address: string): boolean => fqdnProblem(address) === undefined,
} as const;

/** Addresses of a slice are all of its address type. */
export function validateEndpointSlice(spec: EndpointSliceSpec, _metadata: ObjectMeta, report: Report): void {
  const type = spec.addressType;
  if (type === undefined) return;
  for (const [i, endpoint] of (spec.endpoints ?? []).entries()) {
    for (const [j, address] of (endpoint.addresses ?? []).entries()) {
      if (!FITS[type](address)) {
        report.error(
          `endpoints[${i}].addresses[${j}]`,
          'invalid-address',
          `${JSON.stringify(address)} is not of address type ${type}`,
        );
      }
    }
  }
}
