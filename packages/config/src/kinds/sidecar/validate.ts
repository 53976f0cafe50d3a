import { isIpAddress, UNIX_PREFIX, unixPathProblem } from '../../checks/address.ts';
import { checkConnectionPool } from '../../checks/connection-pool.ts';
import { checkDestination } from '../../checks/destination.ts';
import { fqdnProblem, isDnsLabel } from '../../checks/dns.ts';
import { portProblem } from '../../checks/port.ts';
import { protocolOf, protocolProblem } from '../../checks/protocol.ts';
import { checkSelectorLabels } from '../../checks/selector.ts';
import { checkServerTls } from '../../checks/server-tls.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { ServerTlsSettings } from '../../shared/server-tls/type.ts';
import { checkEgressHosts } from './egress-hosts.ts';
import type {
  IstioEgressListener,
  IstioIngressListener,
  OutboundTrafficPolicy,
  SidecarPort,
  SidecarSpec,
} from './type.ts';

/** What the Istio API documents for Sidecar, and its webhook enforces. */
export function validateSidecar(spec: SidecarSpec, metadata: ObjectMeta, report: Report): void {
  const { ingress = [], egress = [] } = spec;
  if (spec.workloadSelector !== undefined) {
    checkSelectorLabels(spec.workloadSelector.labels, 'spec.workloadSelector.labels', report);
  }
  const empty = ingress.length === 0 && egress.length === 0 && spec.outboundTrafficPolicy === undefined;
  if (empty && spec.inboundConnectionPool === undefined) {
    report.error('spec', 'missing-field', 'the sidecar configures nothing', {
      expected: 'ingress, egress, outboundTrafficPolicy or inboundConnectionPool',
    });
  }
  const ports = new Set<number>();
  for (const [i, listener] of ingress.entries()) checkIngress(listener, ports, `spec.ingress[${i}]`, report);
  checkConnectionPool(spec.inboundConnectionPool, 'spec.inboundConnectionPool', report);
  checkEgress(egress, metadata.namespace, report);
  checkOutboundPolicy(spec.outboundTrafficPolicy, 'spec.outboundTrafficPolicy', report);
}

function checkIngress(listener: IstioIngressListener, ports: Set<number>, at: string, report: Report): void {
  const { port } = listener;
  if (port === undefined) {
    report.error(`${at}.port`, 'missing-field', 'an ingress listener must have a port');
    return;
  }
  checkPort(port, listener.bind ?? '', `${at}.port`, at, report);
  claim(ports, port.number ?? 0, `${at}.port.number`, report);
  checkDefaultEndpoint(listener.defaultEndpoint ?? '', `${at}.defaultEndpoint`, report);
  if (listener.tls !== undefined) checkIngressTls(listener.tls, port, `${at}.tls`, report);
  checkConnectionPool(listener.connectionPool, `${at}.connectionPool`, report);
  if (listener.connectionPool?.http !== undefined && protocolOf(port.protocol ?? '')?.http !== true) {
    report.warning(
      `${at}.connectionPool.http`,
      'no-effect',
      'the protocol of the port is not HTTP: only the TCP settings apply',
    );
  }
}

function claim(ports: Set<number>, port: number, at: string, report: Report): void {
  if (ports.has(port)) report.error(at, 'duplicate', `two listeners use port ${port}`);
  ports.add(port);
}

function checkPort(port: SidecarPort, bind: string, at: string, listenerAt: string, report: Report): void {
  if ((port.targetPort ?? 0) > 0)
    report.error(`${at}.targetPort`, 'no-effect', 'targetPort has no effect in a Sidecar');
  if ((port.name ?? '') !== '' && !isDnsLabel(port.name ?? '')) {
    report.error(`${at}.name`, 'invalid-name', `invalid port name ${JSON.stringify(port.name)}`);
  }
  const unknown = protocolProblem(port.protocol ?? '');
  if (unknown !== undefined) report.error(`${at}.protocol`, 'unknown-value', unknown);
  const invalid = portProblem(port.number ?? 0);
  if (invalid !== undefined) report.error(`${at}.number`, 'invalid-port', invalid);
  if (bind !== '' && !isIpAddress(bind)) {
    report.error(`${listenerAt}.bind`, 'invalid-address', `${JSON.stringify(bind)} is not a valid IP address`);
  }
}

const LOCAL = new Set(['', '127.0.0.1', '0.0.0.0', '::1', '::']);

function checkDefaultEndpoint(endpoint: string, at: string, report: Report): void {
  if (endpoint === '') return;
  if (endpoint.startsWith(UNIX_PREFIX)) {
    const problem = unixPathProblem(endpoint.slice(UNIX_PREFIX.length));
    if (problem !== undefined) report.error(at, 'invalid-address', problem);
    return;
  }
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(endpoint);
  const host = match?.[1] ?? match?.[2];
  const number = match?.[3] ?? '';
  if (host === undefined || !LOCAL.has(host) || !/^\d+$/.test(number)) {
    report.error(at, 'invalid-address', `invalid defaultEndpoint ${JSON.stringify(endpoint)}`, {
      expected: '127.0.0.1:<port>, 0.0.0.0:<port>, [::1]:<port>, [::]:<port> or unix://<path>',
    });
    return;
  }
  const problem = portProblem(Number(number));
  if (problem !== undefined) report.error(at, 'invalid-port', problem);
}

function checkIngressTls(tls: ServerTlsSettings, port: SidecarPort, at: string, report: Report): void {
  for (const field of ['subjectAltNames', 'credentialNames', 'tlsCertificates', 'credentialName'] as const) {
    if ((tls[field]?.length ?? 0) > 0)
      report.error(`${at}.${field}`, 'unsupported', `${field} is not supported in ingress tls`);
  }
  if (tls.httpsRedirect === true)
    report.error(`${at}.httpsRedirect`, 'unsupported', 'httpsRedirect is not supported in ingress tls');
  if (tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH') {
    report.error(`${at}.mode`, 'unsupported', `mode ${tls.mode} is not supported in ingress tls`);
  }
  if (protocolOf(port.protocol ?? '')?.tls !== true) {
    report.error(at, 'conflicting-fields', 'TLS settings need a port with protocol HTTPS or TLS');
  }
  checkServerTls(tls, at, report);
}

function checkEgress(listeners: readonly IstioEgressListener[], namespace: string, report: Report): void {
  const ports = new Set<number>();
  const sockets = new Set<string>();
  for (const [i, listener] of listeners.entries()) {
    const at = `spec.egress[${i}]`;
    const { port, bind = '' } = listener;
    if (port === undefined) {
      if (i !== listeners.length - 1) {
        report.error(
          `${at}.port`,
          'misplaced',
          'the listener without a port catches the rest, so there is one and it is the last',
        );
      }
    } else if ((port.number ?? 0) === 0) {
      checkSocket(listener, port, at, report);
      if (sockets.has(bind)) report.error(`${at}.bind`, 'duplicate', `two listeners use ${JSON.stringify(bind)}`);
      sockets.add(bind);
    } else {
      checkPort(port, bind, `${at}.port`, at, report);
      claim(ports, port.number ?? 0, `${at}.port.number`, report);
    }
    checkEgressHosts(listener.hosts ?? [], namespace, `${at}.hosts`, report);
  }
}

/** Port 0 is a unix socket, which nobody can capture. */
function checkSocket(listener: IstioEgressListener, port: SidecarPort, at: string, report: Report): void {
  const bind = listener.bind ?? '';
  if ((port.targetPort ?? 0) > 0)
    report.error(`${at}.port.targetPort`, 'no-effect', 'targetPort has no effect in a Sidecar');
  if ((port.name ?? '') !== '' && !isDnsLabel(port.name ?? '')) {
    report.error(`${at}.port.name`, 'invalid-name', `invalid port name ${JSON.stringify(port.name)}`);
  }
  const unknown = protocolProblem(port.protocol ?? '');
  if (unknown !== undefined) report.error(`${at}.port.protocol`, 'unknown-value', unknown);
  const problem = bind.startsWith(UNIX_PREFIX)
    ? unixPathProblem(bind.slice(UNIX_PREFIX.length))
    : 'a port with number 0 needs a bind address unix://<path>';
  if (problem !== undefined) report.error(`${at}.bind`, 'invalid-address', problem);
  if (listener.captureMode === 'IPTABLES') {
    report.error(`${at}.captureMode`, 'conflicting-fields', 'captureMode of a unix socket must be DEFAULT or NONE');
  }
}

function checkOutboundPolicy(policy: OutboundTrafficPolicy | undefined, at: string, report: Report): void {
  const proxy = policy?.egressProxy;
  if (policy === undefined || proxy === undefined) return;
  if (policy.mode !== 'ALLOW_ANY') {
    report.error(`${at}.egressProxy`, 'conflicting-fields', 'egressProxy needs mode ALLOW_ANY');
    return;
  }
  const problem = fqdnProblem(proxy.host ?? '');
  if (problem !== undefined) report.error(`${at}.egressProxy.host`, 'invalid-host', problem);
  if (proxy.port === undefined) {
    report.error(`${at}.egressProxy.port`, 'missing-field', 'egressProxy needs a port');
    return;
  }
  checkDestination(proxy, `${at}.egressProxy`, report);
}
