import { checkListeners } from '../../checks/gateway-api/listeners.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { GatewayAddress, GatewayInfrastructure, KubernetesGatewaySpec } from './type.ts';

const HOSTNAME = /^(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const KEY =
  /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const MAX_PREFIX = 252;

/** The CRD's rules over several fields. */
export function validateKubernetesGateway(spec: KubernetesGatewaySpec, _metadata: ObjectMeta, report: Report): void {
  checkListeners(spec.listeners, report);
  checkAddresses(spec.addresses ?? [], report);
  if (spec.infrastructure !== undefined) checkInfrastructure(spec.infrastructure, report);
  const ports = new Set<number>();
  for (const [i, { port = 0 }] of (spec.tls?.frontend?.perPort ?? []).entries()) {
    if (ports.has(port))
      report.error(`spec.tls.frontend.perPort[${i}].port`, 'duplicate', `port ${port} is configured twice`);
    ports.add(port);
  }
}

function checkAddresses(addresses: readonly GatewayAddress[], report: Report): void {
  const seen = new Set<string>();
  for (const [i, { type = 'IPAddress', value = '' }] of addresses.entries()) {
    const at = `spec.addresses[${i}].value`;
    if (type === 'Hostname' && value !== '' && !HOSTNAME.test(value)) {
      report.error(at, 'invalid-host', `invalid hostname ${JSON.stringify(value)}`);
    }
    const key = `${type}/${value}`;
    if (value !== '' && seen.has(key)) report.error(at, 'duplicate', `the address ${value} is there twice`);
    seen.add(key);
  }
}

function checkInfrastructure(infrastructure: GatewayInfrastructure, report: Report): void {
  for (const field of ['labels', 'annotations'] as const) {
    for (const key of Object.keys(infrastructure[field] ?? {})) {
      if (!KEY.test(key) || (key.split('/')[0] ?? '').length > MAX_PREFIX) {
        report.error(`spec.infrastructure.${field}`, 'invalid-label', `invalid key ${JSON.stringify(key)}`, {
          expected: '[<DNS subdomain>/]<name of up to 63 characters>',
        });
      }
    }
  }
}
