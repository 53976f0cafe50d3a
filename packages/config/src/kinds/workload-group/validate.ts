import { UNIX_PREFIX, unixPathProblem } from '../../checks/address.ts';
import { probeHeaderNameProblem } from '../../checks/header.ts';
import { checkLabels } from '../../checks/labels.ts';
import { portProblem } from '../../checks/port.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkEndpointPorts } from '../workload-entry/validate.ts';
import type { HttpHealthCheck, ReadinessProbe, WorkloadGroupSpec } from './type.ts';

/** What the Istio API documents for WorkloadGroup, and its webhook enforces. The template may lack an address: entries bring it. */
export function validateWorkloadGroup(spec: WorkloadGroupSpec, _metadata: ObjectMeta, report: Report): void {
  if (spec.template === undefined) {
    report.error('spec.template', 'missing-field', 'a template is required');
  } else {
    const address = spec.template.address ?? '';
    const problem = address.startsWith(UNIX_PREFIX) ? unixPathProblem(address.slice(UNIX_PREFIX.length)) : undefined;
    if (problem !== undefined) report.error('spec.template.address', 'invalid-address', problem);
    if (address.startsWith(UNIX_PREFIX) && spec.template.ports !== undefined) {
      report.error('spec.template.ports', 'conflicting-fields', 'a unix endpoint cannot have ports');
    }
    checkEndpointPorts(spec.template.ports, undefined, 'spec.template.ports', report);
  }
  checkLabels(spec.metadata?.labels, 'spec.metadata.labels', report);
  if (spec.probe !== undefined) checkReadinessProbe(spec.probe, 'spec.probe', report);
}

const COUNTS = [
  'periodSeconds',
  'initialDelaySeconds',
  'timeoutSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

/** A probe has one method, with a port or a command. */
export function checkReadinessProbe(probe: ReadinessProbe, at: string, report: Report): void {
  for (const count of COUNTS) {
    if ((probe[count] ?? 0) < 0) report.error(`${at}.${count}`, 'out-of-range', `${count} must not be negative`);
  }
  const { httpGet, tcpSocket, exec, grpc } = probe;
  if (httpGet !== undefined) checkHttpGet(httpGet, `${at}.httpGet`, report);
  else if (tcpSocket !== undefined) checkProbePort(tcpSocket.port, `${at}.tcpSocket`, report);
  else if (grpc !== undefined) checkProbePort(grpc.port, `${at}.grpc`, report);
  else if (exec === undefined)
    report.error(at, 'missing-field', 'a probe needs one of httpGet, tcpSocket, exec and grpc');
  else if ((exec.command ?? []).length === 0)
    report.error(`${at}.exec.command`, 'missing-field', 'exec needs a command');
}

function checkProbePort(port: number | undefined, at: string, report: Report): void {
  const problem = portProblem(port ?? 0);
  if (problem !== undefined) report.error(`${at}.port`, 'invalid-port', problem);
}

function checkHttpGet(probe: HttpHealthCheck, at: string, report: Report): void {
  checkProbePort(probe.port, at, report);
  if (!['', 'HTTP', 'HTTPS'].includes(probe.scheme ?? '')) {
    report.error(`${at}.scheme`, 'unknown-value', `unsupported scheme ${JSON.stringify(probe.scheme)}`, {
      expected: 'HTTP or HTTPS',
    });
  }
  for (const [i, header] of (probe.httpHeaders ?? []).entries()) {
    const problem = probeHeaderNameProblem(header.name ?? '');
    if (problem !== undefined) report.error(`${at}.httpHeaders[${i}].name`, 'invalid-header', problem);
  }
}
