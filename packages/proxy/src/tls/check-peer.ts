/** Checks a peer's certificate after the handshake: what OpenSSL found out about its chain, then hashes and names. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { matchesString } from '@weft/engine';
import { type AltName, altNames, coversHost } from './alt-names.ts';
import { nodeCrypto } from './node-crypto.ts';
import type { AltNameMatch, PeerValidation } from './peer-validation.ts';

export interface PeerFault {
  readonly kind: 'chain' | 'hash' | 'name';
  readonly message: string;
}

/** What Node keeps of OpenSSL's verdict on a peer's chain. Not in its documentation; see docs/decisions/0195. */
interface Verified {
  readonly _handle?: { verifyError(): (Error & { readonly code?: string }) | null | undefined };
}

/**
 * Why the peer must not be talked to; undefined when it may.
 *
 * @param serverName also demanded as a DNS name or address of the certificate (`auto_san_validation`); undefined demands none
 */
export function checkPeer(
  socket: TLSSocket & Verified,
  certificate: X509Certificate,
  validation: PeerValidation,
  serverName: string | undefined,
): PeerFault | undefined {
  if (validation.authorities !== undefined && !validation.acceptUntrusted) {
    const error = socket._handle?.verifyError();
    if (error) return { kind: 'chain', message: `its certificate is not trusted: ${error.message}` };
  }
  const hashed = validation.hashes.length > 0 || validation.keyHashes.length > 0;
  if (hashed && !hashMatches(certificate, validation)) {
    return {
      kind: 'hash',
      message: 'its certificate has none of the hashes asked for (verify_certificate_hash, verify_certificate_spki)',
    };
  }
  if (validation.altNames.length === 0 && serverName === undefined) return undefined;
  const names = altNames(certificate);
  const held = names.map(({ type, value }) => `${type}:${value}`).join(', ');
  if (
    validation.altNames.length > 0 &&
    !validation.altNames.some((wanted) => names.some((name) => matches(wanted, name)))
  ) {
    return {
      kind: 'name',
      message: `its certificate is for ${held || 'no name'}, which match_typed_subject_alt_names does not allow`,
    };
  }
  if (serverName !== undefined && !names.some((name) => isFor(name, serverName))) {
    return {
      kind: 'name',
      message: `its certificate is for ${held || 'no name'}, not for ${serverName} (auto_san_validation)`,
    };
  }
  return undefined;
}

function hashMatches(certificate: X509Certificate, validation: PeerValidation): boolean {
  const { createHash } = nodeCrypto();
  if (validation.hashes.includes(createHash('sha256').update(certificate.raw).digest('hex'))) return true;
  if (validation.keyHashes.length === 0) return false;
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return validation.keyHashes.includes(createHash('sha256').update(spki).digest('base64'));
}

/** An exact DNS name is also met by a certificate's wildcard, as in Envoy. */
function matches({ type, match }: AltNameMatch, name: AltName): boolean {
  if (type !== name.type) return false;
  if (type === 'DNS' && match.kind === 'exact') return coversHost(name.value.toLowerCase(), match.text.toLowerCase());
  return matchesString(match, name.value);
}

function isFor(name: AltName, server: string): boolean {
  if (name.type === 'DNS') return coversHost(name.value.toLowerCase(), server.toLowerCase());
  return name.type === 'IP' && name.value.toLowerCase() === server.toLowerCase();
}
