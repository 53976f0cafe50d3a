import type { Snapshot } from '@weft/mesh';

/** For names that the mesh does not know: an address that belongs to nobody (RFC 5737). */
const ELSEWHERE = '192.0.2.1';

/** What DNS would answer a workload of the namespace: a service's virtual address, a headless one's first endpoint. */
export function addressOfHost(snapshot: Snapshot, host: string, namespace: string): string {
  if (/^\d+(\.\d+){3}$/.test(host) || host.includes(':')) return host;
  const { domain } = snapshot;
  const names = [host, `${host}.${namespace}.svc.${domain}`, `${host}.svc.${domain}`, `${host}.${domain}`];
  for (const name of names) {
    const [service] = snapshot.servicesOf(name);
    if (service === undefined) continue;
    const own = service.addresses.find((address) => !address.includes('/'));
    if (own !== undefined) return own;
    if (service.headless) return service.endpoints[0]?.address ?? ELSEWHERE;
    return ELSEWHERE;
  }
  return ELSEWHERE;
}
