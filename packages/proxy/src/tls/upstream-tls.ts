import type { ConnectionOptions } from 'node:tls';
import type { Decoded } from '@weft/base';
import type { Cluster, Endpoint } from '@weft/engine';
import type { SecretStore } from './secret-store.ts';

/** What to speak with the endpoints of a cluster; undefined for plaintext. */
export interface UpstreamTlsSource {
  contextFor(endpoint: Endpoint): ConnectionOptions | undefined;
}

export function compileUpstreamTls(config: Cluster, secrets: SecretStore): Decoded<UpstreamTlsSource | undefined> {
  if (config.transportSocket === undefined && config.transportSocketMatches.length === 0 && secrets.generation >= 0) {
    return { ok: true, value: undefined, issues: [] };
  }
  return {
    ok: false,
    issues: [
      {
        severity: 'error',
        code: 'unsupported-field',
        at: 'transport_socket',
        message: 'TLS to upstreams is not supported yet',
        resource: `Cluster ${config.name}`,
      },
    ],
  };
}
