import { isDnsLabel } from '../../checks/dns.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { ServiceSpec } from './type.ts';

/** What a Kubernetes API server refuses and the mesh would trip over. */
export function validateService(spec: ServiceSpec, _metadata: ObjectMeta, report: Report): void {
  const ports = spec.ports ?? [];
  if (spec.type === 'ExternalName' && (spec.externalName ?? '') === '') {
    report.error('spec.externalName', 'missing-field', 'a Service of type ExternalName needs externalName');
  }
  if (ports.length === 0 && spec.type !== 'ExternalName' && spec.clusterIP !== 'None') {
    report.error('spec.ports', 'missing-field', 'a Service needs at least one port');
  }
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [i, { name = '', port, protocol = 'TCP' }] of ports.entries()) {
    const at = `spec.ports[${i}]`;
    if (name === '' && ports.length > 1)
      report.error(`${at}.name`, 'missing-field', 'with several ports each needs a name');
    else if (name !== '' && !isDnsLabel(name))
      report.error(`${at}.name`, 'invalid-name', `invalid port name ${JSON.stringify(name)}`);
    if (name !== '' && names.has(name))
      report.error(`${at}.name`, 'duplicate', `duplicate port name ${JSON.stringify(name)}`);
    if (numbers.has(`${protocol}/${port}`))
      report.error(`${at}.port`, 'duplicate', `duplicate port ${protocol}/${port}`);
    names.add(name);
    numbers.add(`${protocol}/${port}`);
  }
}
