import type { ApiClient, ProxyListing } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';

/** `orders-v1-2.default`, the readable part of a node id. */
export function nameOf(proxy: { readonly nodeId: string }): string {
  return proxy.nodeId.split('~')[2] ?? proxy.nodeId;
}

/**
 * The one connected proxy that `wanted` means: its name, its name without namespace, or a part of its id. `gateway` is good enough where
 * there is one gateway, `orders` where every instance of orders has the same configuration: then the first is taken.
 */
export async function findProxy(wanted: string, api: ApiClient): Promise<ProxyListing> {
  const proxies = await api.proxies();
  const byName = proxies.filter((proxy) => nameOf(proxy) === wanted || nameOf(proxy).split('.')[0] === wanted);
  const byKind = proxies.filter((proxy) => wanted === 'gateway' && proxy.nodeId.startsWith('router~'));
  const byPart = proxies.filter((proxy) => nameOf(proxy).includes(wanted));
  const found = [byName, byKind, byPart].find((list) => list.length > 0) ?? [];
  const [first] = found;
  const names = proxies.map(nameOf).join(', ') || 'none';
  if (first === undefined)
    throw new Failure('notFound', `no connected proxy is called "${wanted}"`, `connected: ${names}`);
  if (found.length > 1 && !sameApp(found)) {
    throw new Failure(
      'usage',
      `"${wanted}" fits ${found.length} proxies: ${found.map(nameOf).join(', ')}`,
      'name one of them',
    );
  }
  return first;
}

/** Envoy's node.cluster is `<app>.<namespace>`. */
function sameApp(proxies: readonly ProxyListing[]): boolean {
  return new Set(proxies.map((proxy) => proxy.cluster)).size === 1;
}
