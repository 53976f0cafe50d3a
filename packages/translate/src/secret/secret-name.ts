import type { SdsSecretConfigSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import { adsSource } from '../wire/ads.ts';
import type { Init } from '../wire/init.ts';

/** `kubernetes://<name>`, the SDS name of a Secret of the proxy's namespace; `kubernetes://<ns>/<name>` stays (pkg/model/credentials). */
export function secretResource(credentialName: string): string {
  return credentialName.includes('://') ? credentialName : `kubernetes://${credentialName}`;
}

export function sdsSecret(name: string): Init<typeof SdsSecretConfigSchema> {
  return { name, sdsConfig: adsSource() };
}
