import { isIpAddress, UNIX_PREFIX, unixPathProblem } from '../../checks/address.ts';
import { isDnsLabel, partialWildcardProblem, wildcardDomainProblem } from '../../checks/dns.ts';
import { portProblem } from '../../checks/port.ts';
import { protocolOf } from '../../checks/protocol.ts';
import { checkServerTls } from '../../checks/server-tls.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { GatewayPort, GatewayServer, GatewaySpec } from './type.ts';

/** The annotation of a Gateway that was converted from the Gateway API. */
const SEMANTICS = 'internal.istio.io/gateway-semantics';

/** What the Istio API documents for Gateway, and its webhook enforces. */
export function validateGateway(spec: GatewaySpec, metadata: ObjectMeta, report: Report): void {
  const converted = metadata.annotations[SEMANTICS] === 'gateway';
  if (!converted && !isDnsLabel(metadata.name)) {
    report.error(
      'metadata.name',
      'invalid-name',
      `the name ${JSON.stringify(metadata.name)} must be a DNS label, without dots`,
    );
  }
  const servers = spec.servers ?? [];
  if (servers.length === 0) report.error('spec.servers', 'missing-field', 'a gateway must have at least one server');
  const names = new Set<string>();
  for (const [i, server] of servers.entries()) {
    const at = `spec.servers[${i}]`;
    checkServer(server, converted, at, report);
    if (server.port === undefined) continue;
    const name = server.port.name ?? '';
    if (names.has(name))
      report.error(`${at}.port.name`, 'duplicate', `port names must be unique, ${JSON.stringify(name)} is not`);
    names.add(name);
    if (server.tls?.httpsRedirect === true && protocolOf(server.port.protocol ?? '')?.http !== true) {
      report.warning(`${at}.tls.httpsRedirect`, 'no-effect', 'httpsRedirect should only be used with http servers');
    }
  }
}

function checkServer(server: GatewayServer, converted: boolean, at: string, report: Report): void {
  const hosts = server.hosts ?? [];
  if (hosts.length === 0) report.error(`${at}.hosts`, 'missing-field', 'a server must have at least one host');
  for (const [i, host] of hosts.entries()) checkHost(host, converted, `${at}.hosts[${i}]`, report);
  checkPort(server.port, server.bind ?? '', `${at}.port`, report);
  checkBind(server, at, report);
  checkServerTls(server.tls, `${at}.tls`, report);
  checkTlsFitsPort(server, at, report);
}

function checkHost(text: string, converted: boolean, at: string, report: Report): void {
  const slash = text.indexOf('/');
  const namespace = slash === -1 ? undefined : text.slice(0, slash);
  const host = text.slice(slash + 1);
  if (namespace === '' || (namespace !== undefined && host === '')) {
    report.error(at, 'invalid-host', 'neither the namespace nor the name of namespace/dnsName may be empty');
  }
  const anyNamespace = namespace === '*' || namespace === '.' || (namespace === '~' && converted);
  if (namespace !== undefined && !anyNamespace && !isDnsLabel(namespace)) {
    report.error(at, 'invalid-host', `invalid namespace ${JSON.stringify(namespace)}`);
  }
  if (host !== '*' && !host.includes('.')) {
    report.error(at, 'invalid-host', `the short name ${JSON.stringify(host)} is not allowed`, {
      expected: 'a fully qualified name',
    });
  }
  const problem = isIpAddress(host) ? undefined : wildcardDomainProblem(host);
  const partial = partialWildcardProblem(host);
  if (problem !== undefined) report.error(at, 'invalid-host', problem);
  if (partial !== undefined) report.error(at, 'invalid-host', partial);
}

function checkPort(port: GatewayPort | undefined, bind: string, at: string, report: Report): void {
  if (port === undefined) {
    report.error(at, 'missing-field', 'a server must have a port');
    return;
  }
  if (protocolOf(port.protocol ?? '') === undefined) {
    report.error(`${at}.protocol`, 'unknown-value', `invalid protocol ${JSON.stringify(port.protocol ?? '')}`, {
      expected: 'HTTP, HTTP2, HTTPS, GRPC, GRPC-WEB, TCP, TLS, MONGO, REDIS or MYSQL',
    });
  }
  const number = port.number ?? 0;
  const invalid = number > 0 || !bind.startsWith(UNIX_PREFIX) ? portProblem(number) : undefined;
  if (invalid !== undefined) report.error(`${at}.number`, 'invalid-port', invalid);
  if ((port.targetPort ?? 0) > 0)
    report.error(`${at}.targetPort`, 'no-effect', 'targetPort has no effect in a Gateway');
  if ((port.name ?? '') === '') report.error(`${at}.name`, 'missing-field', 'a port must have a name');
}

function checkBind(server: GatewayServer, at: string, report: Report): void {
  const bind = server.bind ?? '';
  if (bind.startsWith(UNIX_PREFIX)) {
    const problem = unixPathProblem(bind.slice(UNIX_PREFIX.length));
    if (problem !== undefined) report.error(`${at}.bind`, 'invalid-address', problem);
    if ((server.port?.number ?? 0) !== 0) {
      report.error(`${at}.port.number`, 'conflicting-fields', 'the port number must be 0 for a unix domain socket');
    }
  } else if (bind !== '' && !isIpAddress(bind)) {
    report.error(`${at}.bind`, 'invalid-address', `${JSON.stringify(bind)} is not a valid IP address`);
  }
}

function checkTlsFitsPort(server: GatewayServer, at: string, report: Report): void {
  const protocol = protocolOf(server.port?.protocol ?? '');
  if (protocol === undefined) return;
  const { tls } = server;
  if (protocol.tls) {
    if (tls === undefined)
      report.error(`${at}.tls`, 'missing-field', 'a server with protocol HTTPS or TLS must have TLS settings');
    return;
  }
  if (tls === undefined) return;
  const mode = tls.mode ?? 'PASSTHROUGH';
  const certificates = [tls.caCertificates, tls.privateKey, tls.serverCertificate].some((file) => (file ?? '') !== '');
  const redirectOnly = (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') && !certificates;
  if (!protocol.http || !redirectOnly) {
    report.error(
      `${at}.tls`,
      'conflicting-fields',
      'a server whose port is neither HTTPS nor TLS cannot have TLS settings',
      {
        hint: protocol.http ? 'only httpsRedirect may be set; for TLS set protocol: HTTPS' : 'set protocol: TLS',
      },
    );
  }
}
