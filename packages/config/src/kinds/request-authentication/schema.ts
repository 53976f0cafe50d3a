import { duration, flag, list, object, type Schema, text } from '../../schema/index.ts';
import { policySelector, policyTargetReference } from '../../shared/selector/schema.ts';
import type { ClaimToHeader, JwtHeader, JwtRule, RequestAuthenticationSpec } from './type.ts';

export const jwtHeader: Schema<JwtHeader> = object<JwtHeader>(
  {
    name: text({ min: 1 }),
    prefix: text(),
  },
  { required: ['name'] },
);

export const claimToHeader: Schema<ClaimToHeader> = object<ClaimToHeader>(
  {
    claim: text({ min: 1 }),
    header: text({ min: 1, pattern: /^[-_A-Za-z0-9]+$/ }),
  },
  { required: ['header', 'claim'] },
);

export const jwtRule: Schema<JwtRule> = object<JwtRule>(
  {
    audiences: list(text({ min: 1 })),
    forwardOriginalToken: flag(),
    fromCookies: list(text({ min: 1 })),
    fromHeaders: list(jwtHeader),
    fromParams: list(text({ min: 1 })),
    issuer: text({ min: 1 }),
    jwks: text(),
    jwksUri: text({ min: 1, max: 2048 }),
    outputClaimToHeaders: list(claimToHeader),
    outputPayloadToHeader: text(),
    spaceDelimitedClaims: list(text({ min: 1 }), { max: 64 }),
    timeout: duration({ minMs: 1 }),
  },
  { aliases: { jwks_uri: 'jwksUri' }, exclusive: [{ fields: ['jwks', 'jwksUri'], required: false }] },
);

export const requestAuthenticationSpec: Schema<RequestAuthenticationSpec> = object<RequestAuthenticationSpec>({
  jwtRules: list(jwtRule, { max: 4096 }),
  selector: policySelector,
  targetRef: policyTargetReference,
  targetRefs: list(policyTargetReference, { max: 16 }),
});
