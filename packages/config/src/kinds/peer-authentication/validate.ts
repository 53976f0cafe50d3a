import { portProblem } from '../../checks/port.ts';
import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { PeerAuthenticationSpec } from './type.ts';

/** What the Istio API documents for PeerAuthentication, and its webhook enforces. */
export function validatePeerAuthentication(spec: PeerAuthenticationSpec, _metadata: ObjectMeta, report: Report): void {
  checkAttachment(spec, report);
  const { portLevelMtls } = spec;
  if (portLevelMtls === undefined) return;
  const at = 'spec.portLevelMtls';
  const ports = Object.keys(portLevelMtls);
  if (ports.length === 0) report.error(at, 'missing-field', 'portLevelMtls must have at least one port');
  else if (Object.keys(spec.selector?.matchLabels ?? {}).length === 0) {
    report.error(at, 'conflicting-fields', 'portLevelMtls needs a selector with labels: ports belong to workloads');
  }
  for (const port of ports) {
    const problem = /^\d+$/.test(port) ? portProblem(Number(port)) : `${JSON.stringify(port)} is not a port number`;
    if (problem !== undefined) report.error(`${at}.${port}`, 'invalid-port', problem);
  }
}
