import type { Node } from '@weft/mesh';
import type { SdsSecretConfigSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import type { Init } from '../wire/init.ts';
import { sdsSecret } from './secret-name.ts';

type Source = Node['certificates'];
type SecretConfig = Init<typeof SdsSecretConfigSchema>;

/** A workload's own certificate and key, under the name that Istio gives it. */
export function meshCertificate(source: Source): SecretConfig {
  return secret('default', source);
}

/** The authorities that the workload's peers are checked with. */
export function meshAuthorities(source: Source): SecretConfig {
  return secret('ROOTCA', source);
}

/** A secret without a source is one of the bootstrap's (`SdsSecretConfig.sds_config`). */
function secret(name: string, source: Source): SecretConfig {
  return source === 'files' ? { name } : sdsSecret(name);
}
