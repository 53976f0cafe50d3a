/** What is demanded of the other side's certificate (CertificateValidationContext). */
import { compileStringMatch, type Issues, type StringMatch } from '@weft/engine';
import {
  type CertificateValidationContext,
  CertificateValidationContext_TrustChainVerification as Chain,
  SubjectAltNameMatcher_SanType as SanType,
  type SubjectAltNameMatcher,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import type { AltNameType } from './alt-names.ts';
import { type Environment, readDataSource } from './data-source.ts';
import { nodeCrypto, nodeTls } from './node-crypto.ts';

export interface AltNameMatch {
  readonly type: AltNameType;
  readonly match: StringMatch;
}

export interface PeerValidation {
  /** PEM of the trusted authorities; undefined: no chain is verified. */
  readonly authorities: readonly (string | Buffer)[] | undefined;
  readonly crl: Buffer | undefined;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly hashes: readonly string[];
  /** SHA-256 of its public key, base64. */
  readonly keyHashes: readonly string[];
  /** One of them must match one name of the certificate. */
  readonly altNames: readonly AltNameMatch[];
  /** The chain may lead nowhere; names and hashes are still demanded. */
  readonly acceptUntrusted: boolean;
}

const SAN_TYPES: Readonly<Partial<Record<SanType, AltNameType>>> = {
  [SanType.DNS]: 'DNS',
  [SanType.URI]: 'URI',
  [SanType.IP_ADDRESS]: 'IP',
  [SanType.EMAIL]: 'EMAIL',
};

export function decodeValidation(
  message: CertificateValidationContext,
  at: string,
  environment: Environment,
  issues: Issues,
): PeerValidation {
  return {
    authorities: authoritiesOf(message, at, environment, issues),
    crl: crlOf(message, at, environment, issues),
    hashes: message.verifyCertificateHash.map((text, i) => hash(text, `${at}.verify_certificate_hash[${i}]`, issues)),
    keyHashes: message.verifyCertificateSpki.map((text, i) =>
      keyHash(text, `${at}.verify_certificate_spki[${i}]`, issues),
    ),
    altNames: message.matchTypedSubjectAltNames.flatMap((matcher, i) =>
      altNameMatch(matcher, `${at}.match_typed_subject_alt_names[${i}]`, issues),
    ),
    acceptUntrusted: message.trustChainVerification === Chain.ACCEPT_UNTRUSTED,
  };
}

/** Settings of the listener or cluster with those that SDS brought: single ones of SDS win, lists are joined (CombinedCertificateValidationContext). */
export function mergeValidation(own: PeerValidation, dynamic: PeerValidation): PeerValidation {
  return {
    authorities: dynamic.authorities ?? own.authorities,
    crl: dynamic.crl ?? own.crl,
    hashes: [...own.hashes, ...dynamic.hashes],
    keyHashes: [...own.keyHashes, ...dynamic.keyHashes],
    altNames: [...own.altNames, ...dynamic.altNames],
    acceptUntrusted: own.acceptUntrusted || dynamic.acceptUntrusted,
  };
}

/** Names in a certificate that nobody vouches for mean nothing; Envoy refuses this as well. */
export function namesWithoutAuthority(validation: PeerValidation): boolean {
  return validation.altNames.length > 0 && validation.authorities === undefined;
}

/** Whether anything at all is demanded of the peer. */
export function verifiesPeer(validation: PeerValidation): boolean {
  return validation.authorities !== undefined || validation.hashes.length > 0 || validation.keyHashes.length > 0;
}

function authoritiesOf(
  message: CertificateValidationContext,
  at: string,
  environment: Environment,
  issues: Issues,
): readonly (string | Buffer)[] | undefined {
  const given = message.trustedCa?.specifier.case !== undefined;
  if (!given) return message.systemRootCerts === undefined ? undefined : nodeTls().getCACertificates('system');
  const pem = readDataSource(message.trustedCa, `${at}.trusted_ca`, environment, issues);
  if (pem === undefined) return undefined;
  try {
    new (nodeCrypto().X509Certificate)(pem);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    issues.error(`${at}.trusted_ca`, 'invalid-pem', `is no certificate: ${cause}`, 'PEM of the authorities');
  }
  return [pem];
}

function crlOf(
  message: CertificateValidationContext,
  at: string,
  environment: Environment,
  issues: Issues,
): Buffer | undefined {
  const crl = readDataSource(message.crl, `${at}.crl`, environment, issues);
  if (crl === undefined) return undefined;
  try {
    nodeTls().createSecureContext({ ca: [], crl });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    issues.error(`${at}.crl`, 'invalid-pem', `is no certificate revocation list: ${cause}`, 'PEM');
  }
  return crl;
}

function hash(text: string, at: string, issues: Issues): string {
  const hex = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) issues.error(at, 'invalid-value', `\`${text}\``, 'a SHA-256 hash in hex');
  return hex;
}

function keyHash(text: string, at: string, issues: Issues): string {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) issues.error(at, 'invalid-value', `\`${text}\``, 'a SHA-256 hash in base64');
  return text;
}

function altNameMatch(matcher: SubjectAltNameMatcher, at: string, issues: Issues): AltNameMatch[] {
  const type = SAN_TYPES[matcher.sanType];
  if (type === undefined) {
    issues.error(
      `${at}.san_type`,
      'unsupported-value',
      `${SanType[matcher.sanType]} is not supported`,
      'DNS, URI, IP_ADDRESS or EMAIL',
    );
    return [];
  }
  if (matcher.matcher === undefined) {
    issues.error(`${at}.matcher`, 'missing-field', 'is not given', 'what the name must be');
    return [];
  }
  return [{ type, match: compileStringMatch(matcher.matcher, `${at}.matcher`, issues) }];
}
