/** A certificate chain with its key: what one side of a handshake shows. */
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { Issues } from '@weft/engine';
import type { TlsCertificate } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import { altNames, serverNamesOf } from './alt-names.ts';
import { type Environment, readDataSource } from './data-source.ts';
import { nodeCrypto, nodeTls } from './node-crypto.ts';

export interface Identity {
  /** PEM, leaf first. */
  readonly chain: Buffer;
  readonly key: Buffer;
  readonly passphrase: string | undefined;
  /** DER of an OCSP response to staple. */
  readonly ocspStaple: Buffer | undefined;
  readonly leaf: X509Certificate;
  /** Host names it answers for, lower-case, perhaps `*.suffix`. */
  readonly serverNames: readonly string[];
  /** `rsa`, `ec`, `ed25519`: a server may hold one of each for the same name, and the client's algorithms decide. */
  readonly keyType: string;
  /** The first URI name: the SPIFFE id of a workload; else empty. */
  readonly uri: string;
}

/** Reads a TlsCertificate and checks that key and certificate belong together. */
export function decodeIdentity(
  message: TlsCertificate,
  at: string,
  environment: Environment,
  issues: Issues,
): Identity | undefined {
  const chain = required(message.certificateChain, `${at}.certificate_chain`, environment, issues);
  const key = required(message.privateKey, `${at}.private_key`, environment, issues);
  const passphrase = readDataSource(message.password, `${at}.password`, environment, issues)?.toString();
  const ocspStaple = readDataSource(message.ocspStaple, `${at}.ocsp_staple`, environment, issues);
  if (chain === undefined || key === undefined) return undefined;
  const leaf = parse(() => new (nodeCrypto().X509Certificate)(chain), `${at}.certificate_chain`, 'certificate', issues);
  const secret = parse(() => privateKey(key, passphrase), `${at}.private_key`, 'private key', issues);
  if (leaf === undefined || secret === undefined) return undefined;
  if (!leaf.checkPrivateKey(secret)) {
    issues.error(`${at}.private_key`, 'key-mismatch', 'does not belong to the certificate', 'the key it was made with');
    return undefined;
  }
  // What parses may still be too weak to be used.
  const usable = parse(
    () => nodeTls().createSecureContext({ cert: chain, key: [{ pem: key, passphrase }], ca: [] }),
    at,
    'usable certificate',
    issues,
  );
  if (usable === undefined) return undefined;
  return {
    chain,
    key,
    passphrase,
    ocspStaple,
    leaf,
    serverNames: serverNamesOf(leaf),
    keyType: secret.asymmetricKeyType ?? '',
    uri: altNames(leaf).find(({ type }) => type === 'URI')?.value ?? '',
  };
}

function required(
  source: Parameters<typeof readDataSource>[0],
  at: string,
  environment: Environment,
  issues: Issues,
): Buffer | undefined {
  if (source?.specifier.case === undefined) issues.error(at, 'missing-field', 'is not given', 'a file or inline PEM');
  return readDataSource(source, at, environment, issues);
}

function privateKey(key: Buffer, passphrase: string | undefined): KeyObject {
  return nodeCrypto().createPrivateKey(passphrase === undefined ? { key } : { key, passphrase });
}

/** OpenSSL's reason, without anything of the key itself. */
function parse<T>(make: () => T, at: string, what: string, issues: Issues): T | undefined {
  try {
    return make();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    issues.error(at, 'invalid-pem', `is no ${what}: ${cause}`, 'PEM');
    return undefined;
  }
}
