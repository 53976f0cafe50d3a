import { ApiClient } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';
import type { Json, ProxyIdentity } from './bootstrap.ts';

/** Names of `proxyMetadata` that become the proxy's node metadata, without the prefix (pilot-agent, ISTIO_META_). */
const META = 'ISTIO_META_';

/** The ProxyConfig of one proxy that is about to be started. */
export interface StartConfig {
  /** Istio's JSON, for `PROXY_CONFIG`. */
  readonly config: { readonly [key: string]: Json };
  /** What `proxyMetadata` adds to the proxy's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it adds to the node's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Asks the control plane what a proxy is to be started with. */
export async function askProxyConfig(api: string, identity: ProxyIdentity): Promise<StartConfig> {
  const labels = Object.entries(identity.labels).map(([name, value]) => `${name}=${value}`);
  const query = new URLSearchParams({ namespace: identity.namespace, labels: labels.join(',') });
  const config = await new ApiClient(api).get<StartConfig['config']>(`/debug/proxy_config?${query}`);
  return startConfig(config);
}

function startConfig(config: StartConfig['config']): StartConfig {
  const { proxyMetadata = {} } = config;
  if (proxyMetadata === null || typeof proxyMetadata !== 'object' || Array.isArray(proxyMetadata)) {
    throw new Failure('failure', 'the control plane answered with a ProxyConfig whose proxyMetadata is no mapping');
  }
  const environment = Object.fromEntries(Object.entries(proxyMetadata).map(([name, value]) => [name, String(value)]));
  const metadata = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(META) ? [[name.slice(META.length), value]] : [],
  );
  return { config, environment, metadata: Object.fromEntries(metadata) };
}
