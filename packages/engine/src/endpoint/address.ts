/** Where to connect. */
export type SocketAddress =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  /** A DNS name, in clusters that resolve names. */
  | { readonly kind: 'name'; readonly host: string; readonly port: number }
  | { readonly kind: 'pipe'; readonly path: string };

/** `10.0.0.1:80`, `[::1]:80`, `name:80` or the path of a pipe: the identity of an endpoint within its cluster. */
export function addressKey(address: SocketAddress): string {
  if (address.kind === 'pipe') return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
