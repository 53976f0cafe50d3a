import { checkConnectionPool } from '../../checks/connection-pool.ts';
import { isDnsLabel, wildcardDomainProblem } from '../../checks/dns.ts';
import { checkDuration } from '../../checks/duration.ts';
import { checkLocalityLb, checkZoneAwareLb } from '../../checks/locality.ts';
import { portProblem } from '../../checks/port.ts';
import { checkRetry } from '../../checks/retry.ts';
import type { Report } from '../../schema/index.ts';
import { checkOutlierDetection } from '../destination-rule/outlier-detection.ts';
import { checkReadinessProbe } from '../workload-group/validate.ts';
import { checkExtensionProviders } from './check-providers.ts';
import type { MeshConfig } from './type.ts';

const HOUR_MS = 3_600_000;
const CURVES = new Set(['P-224', 'P-256', 'P-521', 'P-384', 'X25519', 'X25519Kyber768Draft00', 'X25519MLKEM768']);

/** What users set in the mesh configuration; what they leave out has defaults and needs no check. */
export function checkMeshConfig(config: MeshConfig, root: string, report: Report): void {
  const at = (path: string): string => (root === '' ? path : `${root}.${path}`);
  for (const field of ['proxyListenPort', 'proxyInboundListenPort', 'proxyHttpPort'] as const) {
    const port = config[field];
    const problem = port === undefined || (port === 0 && field === 'proxyHttpPort') ? undefined : portProblem(port);
    if (problem !== undefined) report.error(at(field), 'invalid-port', problem);
  }
  checkDuration(config.connectTimeoutMs, at('connectTimeout'), report);
  if ((config.connectTimeoutMs ?? 0) > HOUR_MS)
    report.error(at('connectTimeout'), 'out-of-range', 'the timeout must be at most 1h');
  if (config.protocolDetectionTimeoutMs !== 0) {
    checkDuration(config.protocolDetectionTimeoutMs, at('protocolDetectionTimeout'), report);
  }
  checkLocalityLb(config.localityLbSetting, true, at('localityLbSetting'), report);
  checkZoneAwareLb(config.zoneAwareLbSetting, true, at('zoneAwareLbSetting'), report);
  checkTrustDomains(config, at, report);
  checkServiceSettings(config, at, report);
  checkTls(config, at, report);
  checkRetry(config.defaultHttpRetryPolicy, at('defaultHttpRetryPolicy'), report);
  checkConnectionPool(config.defaultTrafficPolicy?.connectionPool, at('defaultTrafficPolicy.connectionPool'), report);
  checkOutlierDetection(
    config.defaultTrafficPolicy?.outlierDetection,
    at('defaultTrafficPolicy.outlierDetection'),
    report,
  );
  checkExtensionProviders(config.extensionProviders ?? [], at('extensionProviders'), report);
  const probe = config.defaultConfig?.readinessProbe;
  if (probe !== undefined) checkReadinessProbe(probe, at('defaultConfig.readinessProbe'), report);
}

type At = (path: string) => string;

function isTrustDomain(domain: string): boolean {
  const labels = domain.split('.');
  return (
    domain !== '' && labels.every((label, i) => (label === '' && i > 0 && i === labels.length - 1) || isDnsLabel(label))
  );
}

function checkTrustDomains(config: MeshConfig, at: At, report: Report): void {
  if (config.trustDomain !== undefined && !isTrustDomain(config.trustDomain)) {
    report.error(
      at('trustDomain'),
      'invalid-trust-domain',
      `invalid trust domain ${JSON.stringify(config.trustDomain)}`,
    );
  }
  for (const [i, alias] of (config.trustDomainAliases ?? []).entries()) {
    if (!isTrustDomain(alias)) {
      report.error(
        at(`trustDomainAliases[${i}]`),
        'invalid-trust-domain',
        `invalid trust domain ${JSON.stringify(alias)}`,
      );
    }
  }
}

function checkServiceSettings(config: MeshConfig, at: At, report: Report): void {
  for (const [i, settings] of (config.serviceSettings ?? []).entries()) {
    for (const [j, host] of (settings.hosts ?? []).entries()) {
      const problem = wildcardDomainProblem(host);
      if (problem !== undefined) report.error(at(`serviceSettings[${i}].hosts[${j}]`), 'invalid-host', problem);
    }
  }
}

function checkTls(config: MeshConfig, at: At, report: Report): void {
  if (config.meshMTLS?.ecdhCurves !== undefined) {
    report.error(at('meshMTLS.ecdhCurves'), 'unsupported', 'curves cannot be configured for mTLS inside the mesh');
  }
  const seen = new Set<string>();
  for (const [i, curve] of (config.tlsDefaults?.ecdhCurves ?? []).entries()) {
    const path = at(`tlsDefaults.ecdhCurves[${i}]`);
    if (curve !== '' && !CURVES.has(curve)) report.warning(path, 'unknown-value', `unrecognized ECDH curve ${curve}`);
    else if (seen.has(curve)) report.warning(path, 'duplicate', `duplicate ECDH curve ${curve}`);
    seen.add(curve);
  }
}
