import type { Store } from '@weft/control-plane';

const BANK = { group: 'networking.istio.io', kind: 'WorkloadEntry', namespace: 'default', name: 'bank' };

/** Where the configuration says that the bank is; undefined when it has no such WorkloadEntry with an HTTP port on this machine. */
export function bankAddress(store: Pick<Store, 'get'>): { readonly port: number } | undefined {
  const spec: unknown = store.get(BANK)?.['spec'];
  if (typeof spec !== 'object' || spec === null || !('address' in spec) || spec.address !== '127.0.0.1')
    return undefined;
  if (!('ports' in spec) || typeof spec.ports !== 'object' || spec.ports === null || !('http' in spec.ports))
    return undefined;
  return typeof spec.ports.http === 'number' ? { port: spec.ports.http } : undefined;
}
