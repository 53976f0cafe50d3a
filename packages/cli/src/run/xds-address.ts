import type { ApiClient } from '../client/api-client.ts';

const USUAL = { host: '127.0.0.1', port: 15_010 };

/** Where proxies fetch their configuration, as the control plane's API tells it. */
export async function xdsAddressOf(api: ApiClient): Promise<{ readonly host: string; readonly port: number }> {
  const { xds } = await api.get<{ readonly xds?: { readonly host: string; readonly port: number } }>('/version');
  return xds ?? USUAL;
}
