import { map, object, oneOf, type Schema } from '../../schema/index.ts';
import { policySelector } from '../../shared/selector/schema.ts';
import type { MutualTls, PeerAuthenticationSpec } from './type.ts';

export const mutualTls: Schema<MutualTls> = object<MutualTls>({
  mode: oneOf('UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'),
});

export const peerAuthenticationSpec: Schema<PeerAuthenticationSpec> = object<PeerAuthenticationSpec>({
  mtls: mutualTls,
  portLevelMtls: map(mutualTls, { min: 1 }),
  selector: policySelector,
});
