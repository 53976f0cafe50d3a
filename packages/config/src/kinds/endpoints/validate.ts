import { isIpAddress } from '../../checks/address.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { EndpointsSpec } from './type.ts';

/** Addresses of Endpoints are IP addresses. */
export function validateEndpoints(spec: EndpointsSpec, _metadata: ObjectMeta, report: Report): void {
  for (const [i, subset] of (spec.subsets ?? []).entries()) {
    for (const field of ['addresses', 'notReadyAddresses'] as const) {
      for (const [j, { ip = '' }] of (subset[field] ?? []).entries()) {
        if (!isIpAddress(ip)) {
          report.error(
            `subsets[${i}].${field}[${j}].ip`,
            'invalid-address',
            `${JSON.stringify(ip)} is not a valid IP address`,
          );
        }
      }
    }
  }
}
