/** A filter chain's DownstreamTlsContext. in: a ClientHello   out: the options of the server's side of the handshake */
import type { X509Certificate } from 'node:crypto';
import type { SecureContext, SecureContextOptions, Server, TLSSocket, TLSSocketOptions } from 'node:tls';
import { fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { checkFields, durationOr, type Issues } from '@weft/engine';
import {
  type DownstreamTlsContext,
  DownstreamTlsContextSchema,
  DownstreamTlsContext_OcspStaplePolicy as StaplePolicy,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { coversHost } from './alt-names.ts';
import { checkPeer, type PeerFault } from './check-peer.ts';
import type { ClientHello } from './client-hello.ts';
import { decodeCommonTls } from './common-tls.ts';
import { secureContext as makeContext, type Resolved, Rotating, refusal } from './contexts.ts';
import type { Environment } from './data-source.ts';
import type { Identity } from './identity.ts';
import { nodeTls } from './node-crypto.ts';
import { type PeerValidation, verifiesPeer } from './peer-validation.ts';
import type { SecretStore } from './secret-store.ts';
import { TLS_MESSAGES } from './supported.ts';

/** How one connection is to be greeted. */
export interface Greeting {
  readonly options: TLSSocketOptions;
  /** The URI name of the certificate shown, for `x-forwarded-client-cert`. */
  readonly localUriSan: string;
  /** Why this client is not let in; asked once the handshake is done. */
  check(socket: TLSSocket, peer: X509Certificate | undefined): PeerFault | undefined;
}

export interface DownstreamTls {
  readonly secretNames: readonly string[];
  /** The greeting for this client, or the reason why it gets none. */
  greet(
    hello: ClientHello,
  ): { readonly ok: true; readonly value: Greeting } | { readonly ok: false; readonly cause: string };
}

interface Settings {
  readonly params: SecureContextOptions;
  readonly alpn: readonly string[];
  readonly requireCertificate: boolean;
  readonly requireServerName: boolean;
}

/**
 * OpenSSL resumes no session with a client certificate without one. One name serves everybody, because each context has ticket keys of
 * its own: a session made under other rules cannot be resumed here.
 */
const SESSION_ID_CONTEXT = 'weft';
/** SSL_OP_NO_TICKET (OpenSSL, ssl.h). */
const NO_TICKET = 1 << 14;

export function decodeDownstreamTls(
  socket: Any,
  at: string,
  secrets: SecretStore,
  environment: Environment,
  issues: Issues,
): DownstreamTls {
  const where = `${at}.typed_config`;
  const message = fromBinary(DownstreamTlsContextSchema, socket.value);
  checkFields(DownstreamTlsContextSchema, message, where, TLS_MESSAGES, issues);
  const common = decodeCommonTls(message.commonTlsContext, `${where}.common_tls_context`, secrets, environment, issues);
  const settings = settingsOf(message, common.params, common.alpn, where, issues);
  if ((message.commonTlsContext?.tlsCertificates.length ?? 0) + common.secretNames.length === 0) {
    issues.error(
      `${where}.common_tls_context`,
      'missing-field',
      'has no certificate',
      'tls_certificates or tls_certificate_sds_secret_configs',
    );
  }
  checkVerifies(message, where, issues);
  const contexts = new Rotating(common, secrets, (resolved) => new ServerContexts(settings, resolved));
  if (issues.list.length === 0) tryOut(settings, where, issues);
  return {
    secretNames: common.secretNames,
    greet(hello) {
      if (settings.requireServerName && hello.serverName === '') {
        return { ok: false, cause: 'the client names no server (require_sni)' };
      }
      const made = contexts.get();
      return made.ok ? made.value.greet(hello) : made;
    },
  };
}

function settingsOf(
  message: DownstreamTlsContext,
  params: SecureContextOptions,
  alpn: readonly string[],
  at: string,
  issues: Issues,
): Settings {
  const stateless = message.sessionTicketKeysType;
  if (message.ocspStaplePolicy !== StaplePolicy.LENIENT_STAPLING) {
    const policy = StaplePolicy[message.ocspStaplePolicy];
    issues.error(`${at}.ocsp_staple_policy`, 'unsupported-value', `${policy} is not supported`, 'LENIENT_STAPLING');
  }
  const timeoutMs = durationOr(message.sessionTimeout, 0, `${at}.session_timeout`, issues);
  return {
    params: {
      ...params,
      ...(timeoutMs > 0 && { sessionTimeout: Math.ceil(timeoutMs / 1000) }),
      ...(stateless.case === 'disableStatelessSessionResumption' && stateless.value && { secureOptions: NO_TICKET }),
    },
    alpn,
    requireCertificate: message.requireClientCertificate ?? false,
    requireServerName: message.requireSni ?? false,
  };
}

/** A demand for certificates that accepts any certificate protects nothing, and its names would be passed on as proven. */
function checkVerifies(message: DownstreamTlsContext, at: string, issues: Issues): void {
  const type = message.commonTlsContext?.validationContextType;
  if (type?.case === undefined && message.requireClientCertificate === true) {
    issues.error(
      `${at}.require_client_certificate`,
      'missing-field',
      'asks for certificates that nothing verifies',
      'a validation_context with trusted_ca',
    );
  }
  if (type?.case !== 'validationContext') return;
  const { trustedCa, systemRootCerts, verifyCertificateHash, verifyCertificateSpki, trustChainVerification } =
    type.value;
  const demands =
    trustedCa !== undefined ||
    systemRootCerts !== undefined ||
    verifyCertificateHash.length + verifyCertificateSpki.length > 0;
  if (!demands && trustChainVerification === 0) {
    issues.error(
      `${at}.common_tls_context.validation_context`,
      'missing-field',
      'demands nothing of the client',
      'trusted_ca or a hash',
    );
  }
}

/** OpenSSL alone knows which ciphers and curves there are. */
function tryOut(settings: Settings, at: string, issues: Issues): void {
  try {
    makeContext(settings.params, [], undefined);
  } catch (error) {
    issues.error(`${at}.common_tls_context.tls_params`, 'invalid-value', refusal(error));
  }
}

/** The contexts of one state of the secrets: one for each set of certificates that a client may be shown. */
class ServerContexts {
  readonly #settings: Settings;
  readonly #identities: readonly Identity[];
  readonly #validation: PeerValidation | undefined;
  readonly #contexts = new Map<string, SecureContext>();
  readonly #staplers = new Map<Identity, Server>();

  constructor(settings: Settings, { identities, validation }: Resolved) {
    this.#settings = settings;
    this.#validation = validation;
    this.#identities = identities;
  }

  greet(hello: ClientHello): ReturnType<DownstreamTls['greet']> {
    const shown = this.#choose(hello.serverName);
    const [first] = shown;
    if (first === undefined) return { ok: false, cause: 'there is no certificate to show' };
    const { alpn, requireCertificate } = this.#settings;
    const validation = this.#validation;
    // A client whose protocols are all unknown goes on without ALPN, as in Envoy; Node would end the handshake.
    const agrees = alpn.length > 0 && hello.applicationProtocols.some((protocol) => alpn.includes(protocol));
    let secureContext: SecureContext;
    try {
      secureContext = this.#context(shown);
    } catch (error) {
      return { ok: false, cause: refusal(error) };
    }
    const stapler = this.#stapler(first);
    const options: TLSSocketOptions = {
      isServer: true,
      secureContext,
      requestCert: validation !== undefined,
      // OpenSSL then refuses a client without one by itself; what it shows is checked by `check`.
      rejectUnauthorized: requireCertificate,
      ...(agrees && { ALPNProtocols: [...alpn] }),
      ...(stapler !== undefined && { server: stapler }),
    };
    return { ok: true, value: { options, localUriSan: first.uri, check: (socket, peer) => this.#check(socket, peer) } };
  }

  #check(socket: TLSSocket, peer: X509Certificate | undefined): PeerFault | undefined {
    if (peer === undefined) {
      return this.#settings.requireCertificate ? { kind: 'chain', message: 'it showed no certificate' } : undefined;
    }
    const validation = this.#validation;
    if (validation === undefined || (!verifiesPeer(validation) && !validation.acceptUntrusted)) {
      return { kind: 'chain', message: 'nothing here can verify its certificate' };
    }
    return checkPeer(socket, peer, validation, undefined);
  }

  /** The certificates for a name: exact ones, else by wildcard, else the first; of each key type the first. */
  #choose(serverName: string): readonly Identity[] {
    const all = this.#identities;
    const exact = all.filter(({ serverNames }) => serverNames.includes(serverName));
    if (serverName !== '' && exact.length > 0) return onePerKeyType(exact);
    const wild = all.filter(({ serverNames }) => serverNames.some((name) => coversHost(name, serverName)));
    return onePerKeyType(serverName !== '' && wild.length > 0 ? wild : all);
  }

  #context(shown: readonly Identity[]): SecureContext {
    const key = shown.map((identity) => this.#identities.indexOf(identity)).join();
    const existing = this.#contexts.get(key);
    if (existing !== undefined) return existing;
    const made = makeContext(this.#settings.params, shown, this.#validation, {
      sessionIdContext: SESSION_ID_CONTEXT,
    });
    this.#contexts.set(key, made);
    return made;
  }

  /** Node asks a `tls.Server` for the OCSP response; this one listens nowhere. */
  #stapler(identity: Identity): Server | undefined {
    const { ocspStaple } = identity;
    if (ocspStaple === undefined) return undefined;
    const existing = this.#staplers.get(identity);
    if (existing !== undefined) return existing;
    const server = nodeTls().createServer({
      cert: identity.chain,
      key: identity.key,
      ...(identity.passphrase !== undefined && { passphrase: identity.passphrase }),
    });
    server.on('OCSPRequest', (_certificate, _issuer, reply: (error: Error | null, response: Buffer) => void) => {
      reply(null, ocspStaple);
    });
    this.#staplers.set(identity, server);
    return server;
  }
}

function onePerKeyType(identities: readonly Identity[]): readonly Identity[] {
  const seen = new Set<string>();
  return identities.filter(({ keyType }) => {
    if (seen.has(keyType)) return false;
    seen.add(keyType);
    return true;
  });
}
