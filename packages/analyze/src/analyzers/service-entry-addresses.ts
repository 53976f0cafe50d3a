import type { Analyzer } from '../analyzer.ts';
import type { Objects } from '../objects.ts';

/** Whether proxies answer DNS for service entries with addresses of their own making. */
function allocatesAddresses({ meshConfig }: Objects): boolean {
  const metadata = meshConfig.defaultConfig?.proxyMetadata ?? {};
  if (metadata['ISTIO_META_DNS_CAPTURE'] !== 'true') return false;
  return metadata['ISTIO_META_DNS_AUTO_ALLOCATE'] === 'true' || metadata['PILOT_ENABLE_IP_AUTOALLOCATE'] === 'true';
}

/** TCP ports of service entries without an address: TCP says no host, so all of them share the port. */
export const serviceEntryAddresses: Analyzer = {
  name: 'serviceentry.ProtocolAddressesAnalyzer',
  codes: ['IST0134'],
  analyze(objects, tell) {
    if (allocatesAddresses(objects)) return;
    for (const entry of objects.of('ServiceEntry')) {
      const { addresses, ports = [] } = entry.spec;
      if (addresses !== undefined || (entry.status?.addresses ?? []).length > 0) continue;
      for (const [i, { name = '', protocol = '' }] of ports.entries()) {
        if (protocol !== '' && protocol.toUpperCase() !== 'TCP') continue;
        tell('IST0134', entry, name === '' ? 'spec.ports' : `spec.ports[${i}].name`, {});
      }
    }
  },
};
