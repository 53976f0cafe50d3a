import type { ClientTlsSettings, Resource } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';

/** Whether the proxy would take any certificate. A secret holds the CA too, where a workload selector says whose secret it is. */
function isUnverified(tls: ClientTlsSettings | undefined, { spec }: Resource<'DestinationRule'>): boolean {
  if (tls?.mode !== 'SIMPLE' && tls?.mode !== 'MUTUAL') return false;
  const fromSecret = (tls.credentialName ?? '') !== '' && spec.workloadSelector !== undefined;
  return (tls.caCertificates ?? '') === '' && !fromSecret;
}

/** TLS to a server whose certificate nobody checks. */
export const destinationRuleCertificates: Analyzer = {
  name: 'destinationrule.CaCertificateAnalyzer',
  codes: ['IST0128', 'IST0129'],
  analyze(objects, tell) {
    for (const rule of objects.of('DestinationRule')) {
      const { host = '', trafficPolicy } = rule.spec;
      const tls = trafficPolicy?.tls;
      if (isUnverified(tls, rule)) {
        tell('IST0128', rule, 'spec.trafficPolicy.tls', { mode: tls?.mode ?? '', host });
      }
      for (const [i, { tls: portTls, port }] of (trafficPolicy?.portLevelSettings ?? []).entries()) {
        if (!isUnverified(portTls, rule)) continue;
        const args = { mode: portTls?.mode ?? '', host, port: port?.number ?? 0 };
        tell('IST0129', rule, `spec.trafficPolicy.portLevelSettings[${i}].tls`, args);
      }
    }
  },
};
