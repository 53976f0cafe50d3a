import type { PolicySelector, PolicyTargetReference } from '../../shared/selector/type.ts';

/**
 * Which JWTs are accepted.
 *
 * https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
export interface RequestAuthenticationSpec {
  readonly jwtRules?: readonly JwtRule[];
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}

/** One issuer: keys, where the token is, what is forwarded. */
export interface JwtRule {
  readonly audiences?: readonly string[];
  readonly forwardOriginalToken?: boolean;
  readonly fromCookies?: readonly string[];
  readonly fromHeaders?: readonly JwtHeader[];
  readonly fromParams?: readonly string[];
  readonly issuer?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly outputClaimToHeaders?: readonly ClaimToHeader[];
  readonly outputPayloadToHeader?: string;
  readonly spaceDelimitedClaims?: readonly string[];
  readonly timeoutMs?: number;
}

/** A claim copied into a request header. */
export interface ClaimToHeader {
  readonly claim?: string;
  readonly header?: string;
}

/** A header that carries the token after an optional prefix. */
export interface JwtHeader {
  readonly name?: string;
  readonly prefix?: string;
}
