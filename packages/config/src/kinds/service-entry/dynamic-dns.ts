import { isWildcard } from '../../checks/dns.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { ServiceEntrySpec } from './type.ts';

/** Protocols that say which host they are for, as the dynamic forward proxy needs it. */
const PROTOCOLS = new Set(['http', 'tls', 'grpc', 'http2']);

function usesWaypoint(metadata: ObjectMeta): boolean {
  const waypoint = metadata.labels['istio.io/use-waypoint'] ?? '';
  return waypoint !== '' && waypoint.toLowerCase() !== 'none';
}

/** Resolution DYNAMIC_DNS: the host of each request is resolved, so hosts are wildcards and nothing else is given. */
export function checkDynamicDns(spec: ServiceEntrySpec, metadata: ObjectMeta, report: Report): void {
  for (const [i, host] of (spec.hosts ?? []).entries()) {
    if (!isWildcard(host))
      report.error(`spec.hosts[${i}]`, 'invalid-host', 'hosts of resolution DYNAMIC_DNS must be wildcards');
  }
  for (const field of ['addresses', 'endpoints'] as const) {
    if ((spec[field] ?? []).length > 0) {
      report.error(
        `spec.${field}`,
        'conflicting-fields',
        `${field} cannot be set for resolution DYNAMIC_DNS: hosts are resolved`,
      );
    }
  }
  for (const [i, port] of (spec.ports ?? []).entries()) {
    if (!PROTOCOLS.has((port.protocol ?? '').toLowerCase())) {
      report.error(
        `spec.ports[${i}].protocol`,
        'unknown-value',
        'resolution DYNAMIC_DNS cannot tell the host on this port',
        {
          expected: 'HTTP, HTTP2, GRPC or TLS',
        },
      );
    }
  }
  if (spec.location === 'MESH_INTERNAL' && usesWaypoint(metadata)) {
    report.error(
      'spec.location',
      'conflicting-fields',
      'MESH_INTERNAL with resolution DYNAMIC_DNS does not work with a waypoint',
    );
  }
}
